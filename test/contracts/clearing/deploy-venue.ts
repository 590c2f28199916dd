import type { Contract, HDNodeWallet } from "ethers";
import { network } from "hardhat";

import { signOrder as signTerms } from "../../../localnet/venue/sign-order.ts";
import { ONE, openVenue } from "../../../scripts/venue-study/house.ts";
import { MAINTENANCE_PPM, MAX_AGES, PARAMS } from "../../support/venue-terms.ts";

const connection = await network.create("chain0");
export const { ethers, networkHelpers } = connection;

export const MARKETS = [1, 2] as const;
/** The market that is deleveraged by rank, and may be wound down. */
export const RANKED = 2;
/** At listing, in whole units of quote; a lot of each market is worth one. */
export const START_PRICES = { 1: 10_000n, 2: 1_000n } as const;
const LOTS_E18 = { 1: 10n ** 14n, 2: 10n ** 15n } as const;
const E8 = 10n ** 8n;
const TRADERS = 5;

/** Of the fund of market 1 and of the shared one; of the other market, what concerns fills and bankruptcies. */
export const FUND_TERMS = {
  gapPpm: 0n,
  concentrationPpm: 0n,
  rebatePpm: 400_000n,
  movePpm: 150_000n,
  rewardUnits: 2n * ONE,
  floorUnits: 5n * ONE,
};
export const EXIT_NOTICE_SECONDS = 86_400n;
export const EXIT_LIMIT_PPM = 300_000n;
/** Funds that have a vault. */
export const VAULTS = [0, 1] as const;
export const OFFSET_PPM = 600_000n;

export interface Deployment {
  readonly house: Contract;
  /** Pushes halts to the house. */
  readonly hub: Contract;
  readonly token: Contract;
  readonly traders: readonly HDNodeWallet[];
  /** Whoever has deployed, and sends what no trader sends. */
  readonly owner: string;
  readonly publish: (prices: readonly bigint[]) => Promise<void>;
  /** When each market was listed, unix seconds. */
  readonly listedAt: ReadonlyMap<number, bigint>;
}

/** The house with two markets, five funded wallets, and a hub at rest. */
export async function deployVenue(): Promise<Deployment> {
  const hub = await ethers.deployContract("SettablePosture", [MARKETS.length]);
  const venue = await openVenue(connection, {
    hub: hub.target as string,
    maxAges: MAX_AGES,
    markets: MARKETS.map((market) => ({
      ...{ market, lotE18: LOTS_E18[market], priceE8: START_PRICES[market] * E8 },
      ...{ params: PARAMS, maintenancePpm: MAINTENANCE_PPM },
    })),
  });
  const { house, token, owner } = venue;
  const listedAt = new Map<number, bigint>();
  for (const event of await house.queryFilter("MarketListed")) {
    const { timestamp } = await event.getBlock();
    listedAt.set(Number(event.topics[1]), BigInt(timestamp));
  }
  await house.getFunction("setClassOffset")(0, OFFSET_PPM);
  await house.getFunction("setEnvelopeSetter")(owner);
  await house.getFunction("setDeleveragingMode")(RANKED, 1);
  await hub.getFunction("setSpent")(RANKED, true);
  await hub.getFunction("setMirror")(house.target);
  return {
    ...{ house, hub: hub as unknown as Contract, token, owner, listedAt },
    traders: await fundedWallets(),
    publish: (prices) => venue.publish(prices.map((price) => price * E8)),
  };
}

/** The house with vaults over two of its funds, by market, and with rebates, rewards and moves. */
export async function deployInsured(): Promise<Deployment & { readonly funds: ReadonlyMap<number, Contract> }> {
  const deployment = await deployVenue();
  const { house, token, traders } = deployment;
  const limits = Array.from({ length: 3 }, () => EXIT_LIMIT_PPM);
  const notices = Array.from({ length: 3 }, () => EXIT_NOTICE_SECONDS);
  await house.getFunction("setExitTerms")({ noticeSeconds: notices, limitsPpm: limits });
  for (const market of [0, ...MARKETS]) await house.getFunction("setFundTerms")(market, FUND_TERMS);
  const funds = new Map<number, Contract>();
  for (const market of VAULTS) {
    const vault = await ethers.deployContract("InsuranceFund", [house.target, market, "Insurance", "INS"]);
    await house.getFunction("setVault")(market, vault.target);
    for (const wallet of traders) {
      await token.getFunction("mint")(wallet.address, 10n ** 12n);
      await (token.connect(wallet) as Contract).getFunction("approve")(vault.target, ethers.MaxUint256);
    }
    funds.set(market, vault as unknown as Contract);
  }
  return { ...deployment, funds };
}

async function fundedWallets(): Promise<HDNodeWallet[]> {
  const wallets = Array.from({ length: TRADERS }, (_, i) =>
    ethers.HDNodeWallet.fromPhrase(
      "test test test test test test test test test test test junk",
      "",
      `m/44'/60'/7'/0/${String(i)}`,
    ).connect(ethers.provider),
  );
  for (const wallet of wallets) await networkHelpers.setBalance(wallet.address, 10n ** 20n);
  return wallets;
}

let nonce = 0n;

/** An order of `wallet`, signed, as the house takes it. Each has a nonce of its own. */
export async function signOrder(
  house: Contract,
  wallet: HDNodeWallet,
  { price, ...terms }: { market: number; isBuy: boolean; lots: bigint; price: bigint },
): Promise<{ order: object; signature: string }> {
  nonce += 1n;
  const { chainId } = await ethers.provider.getNetwork();
  return signTerms({ house, chainId }, wallet, { ...terms, priceE18: price * 10n ** 18n, nonce });
}
