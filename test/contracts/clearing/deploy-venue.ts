import type { Contract, HDNodeWallet } from "ethers";
import { network } from "hardhat";

import { signOrder as signTerms } from "../../../scripts/venue-study/sign-order.ts";

export const { ethers, networkHelpers } = await network.create("chain0");

export const PRICE_ONE = 1n << 32n;
/** One of the token, in units. */
export const ONE = 1_000_000n;
export const MARKETS = [1, 2] as const;
/** The market that is deleveraged by rank, and may be wound down. */
export const RANKED = 2;
/** At listing, in whole units of quote; a lot of each market is worth one. */
export const START_PRICES = { 1: 10_000n, 2: 1_000n } as const;
const LOTS_E18 = { 1: 10n ** 14n, 2: 10n ** 15n } as const;
const FEED_DECIMALS = 8;
const TRADERS = 5;

/** For each action: seconds, basis points of confidence, whether a sequencer is asked. */
const MATRIX = [60, 300, 60, 60, 30, 60].map((maxAgeSeconds) => [maxAgeSeconds, 500, false]);

export const PARAMS = {
  initialPpm: 50_000n,
  openInterestLow: 20_000n * ONE,
  openInterestHigh: 200_000n * ONE,
  openInterestCap: 150_000n * ONE,
  concentrationUnits: 400_000n * ONE,
  assetClass: 0n,
  fillBandPpm: 50_000n,
  saneBandPpm: 1_000_000_000n,
  takerFeePpm: 500n,
  makerFeePpm: 200n,
  fundSharePpm: 300_000n,
  fundingCapPpm: 20_000n,
  discountLowPpm: 5_000n,
  discountHighPpm: 20_000n,
  liquidationFeePpm: 5_000n,
  closePpm: 500_000n,
  throttlePpm: 1_000_000n,
  haircutCapPpm: 400_000n,
  fundDrawPpm: 500_000n,
  sharedDrawPpm: 300_000n,
  minimumLots: 10n,
};
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
export const MAINTENANCE_PPM = 25_000n;
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
  const [owner] = await ethers.getSigners();
  const token = await ethers.deployContract("MintableToken", [6]);
  const hub = await ethers.deployContract("SettablePosture", [2]);
  const aggregator = await ethers.deployContract("PriceAggregator", [owner!.address]);
  const batch = await ethers.deployContract("FeedBatch");
  const setup = [hub.target, aggregator.target, token.target, owner!.address];
  const funds = await ethers.deployContract("ClearingFunds", [setup]);
  const office = await ethers.deployContract("ClearingOffice", [setup, funds.target]);
  const roster = await ethers.deployContract("ClearingRoster", [setup, office.target]);
  const closure = await ethers.deployContract("ClearingClosure", [setup, roster.target]);
  const recovery = await ethers.deployContract("ClearingRecovery", [setup, closure.target]);
  const teller = await ethers.deployContract("ClearingTeller", [setup, recovery.target]);
  const { target } = await ethers.deployContract("ClearingHouse", [setup, teller.target]);
  const house = await ethers.getContractAt("IClearingHouse", target as string);

  const feeds: string[] = [];
  const publish = async (prices: readonly bigint[]) => {
    await batch.getFunction("publish")(
      feeds,
      prices.map((price) => price * 10n ** BigInt(FEED_DECIMALS)),
    );
  };
  for (const market of MARKETS) {
    const feed = await ethers.deployContract("ScriptedFeed", [FEED_DECIMALS, "test"]);
    feeds.push(feed.target as string);
    await aggregator.getFunction("setFeeds")(market, [{ feed: feed.target, maxAgeSeconds: 86_400, weight: 1 }], 1);
    await aggregator.getFunction("setMatrix")(market, MATRIX);
  }
  await publish(MARKETS.map((market) => START_PRICES[market]));
  const listedAt = new Map<number, bigint>();
  for (const market of MARKETS) {
    await house.getFunction("listMarket")(market, { ...PARAMS, lotE18: LOTS_E18[market] }, MAINTENANCE_PPM);
    listedAt.set(market, BigInt(await networkHelpers.time.latest()));
  }
  await house.getFunction("setClassOffset")(0, OFFSET_PPM);
  await house.getFunction("setEnvelopeSetter")(owner!.address);
  await house.getFunction("setDeleveragingMode")(RANKED, 1);
  await hub.getFunction("setSpent")(RANKED, true);
  await hub.getFunction("setMirror")(target);
  await token.getFunction("mint")(owner!.address, 10n ** 30n);
  await token.getFunction("approve")(target, ethers.MaxUint256);
  return {
    house: house as unknown as Contract,
    hub: hub as unknown as Contract,
    token: token as unknown as Contract,
    traders: await fundedWallets(),
    owner: owner!.address,
    publish,
    listedAt,
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
