import type { Contract, Wallet } from "ethers";

import { LOT_FINE, ONE, UNIT_FINE } from "../house.ts";
import { signOrder } from "../../../localnet/venue/sign-order.ts";
import { attempt } from "./attempt.ts";
import { type GuardedWorld, MARKET } from "./guarded-world.ts";
import { type Trader, walletOf } from "./population.ts";

/** Enough never to be the one in trouble. */
const MAKER_UNITS = 10n ** 9n * ONE;
/** What keepers have together: what they take over needs initial margin. */
const KEEPER_UNITS = 2n * 10n ** 6n * ONE;
const EACH_FUND_UNITS = 10_000n * ONE;
const MOST_LOTS = (1n << 64n) - 1n;
/** Of what margin allows, so that fees fit. */
const ROOM = 0.95;
const E8 = 1e8;
const E8_TO_E18 = 10n ** 10n;
const E18 = 1e18;
const PPM = 1e6;
const BPS = 1e4;
const MAKER_INDEX = 900_001;
const KEEPER_INDEX = 900_002;

interface Standing {
  readonly account: string;
  readonly equityFine: bigint;
  readonly maintenanceFine: bigint;
}

/** Those who act: traders who enter, one market maker, keepers who liquidate, resolve, and sell on what they took over. */
export interface Desk {
  /** @returns whether the venue let the trader in. */
  enter(trader: Trader, price: number): Promise<boolean>;
  /** One minute of the keepers' work. */
  keep(price: number): Promise<void>;
  /** Of all traders who are in. */
  standings(): Promise<readonly Standing[]>;
}

/** @param calls - that keepers get into the chain in a minute */
export async function openDesk(world: GuardedWorld, calls: number): Promise<Desk> {
  const { house, connection } = world;
  const [maker, keeper] = [walletOf(MAKER_INDEX), walletOf(KEEPER_INDEX)];
  await connection.networkHelpers.setBalance(keeper.address, 10n ** 24n);
  await house.getFunction("deposit")(maker.address, MAKER_UNITS);
  await house.getFunction("deposit")(keeper.address, KEEPER_UNITS);
  for (const market of [0, MARKET]) await house.getFunction("contribute")(market, EACH_FUND_UNITS);

  const accounts: string[] = [];
  const fill = createFill(world, maker, (await connection.ethers.provider.getNetwork()).chainId);
  const asKeeper = house.connect(keeper.connect(connection.ethers.provider)) as Contract;
  const standings = () => readStandings(world, accounts);
  return {
    standings,
    async enter({ wallet, isLong, collateralUnits, leverage }, price) {
      await house.getFunction("deposit")(wallet.address, collateralUnits);
      const lots = await wantedLots(world, { collateralUnits, leverage }, price);
      const isIn = lots > 0n && (await fill(wallet, { isBuy: isLong, isReduceOnly: false, lots }, price));
      if (isIn) accounts.push(wallet.address);
      return isIn;
    },
    async keep(price) {
      const { weak, broke } = sortTroubled(await standings());
      for (const { account } of weak.slice(0, calls)) {
        await attempt(() => asKeeper.getFunction("liquidate")(account, MARKET, MOST_LOTS));
      }
      for (const { account } of broke.slice(0, Math.max(0, calls - weak.length))) {
        await attempt(() => asKeeper.getFunction("resolve")(account));
      }
      const { isLong, sizeFine } = await positionOf(house, keeper);
      const lots = sizeFine / LOT_FINE;
      // The maker takes it if that makes the maker smaller too, or risk may be added.
      if (lots > 0n) await fill(keeper, { isBuy: !isLong, isReduceOnly: true, lots }, price);
    },
  };
}

/** What pays keepers most comes first, for a discount is a part of what is taken over; and the largest hole. */
function sortTroubled(all: readonly Standing[]): { readonly weak: Standing[]; readonly broke: Standing[] } {
  const descending = (a: bigint, b: bigint): number => Number(b > a) - Number(b < a);
  return {
    weak: all
      .filter(({ equityFine, maintenanceFine }) => equityFine >= 0n && equityFine < maintenanceFine)
      .sort((a, b) => descending(a.maintenanceFine, b.maintenanceFine)),
    broke: all.filter(({ equityFine }) => equityFine < 0n).sort((a, b) => descending(-a.equityFine, -b.equityFine)),
  };
}

interface Wish {
  readonly isBuy: boolean;
  readonly isReduceOnly: boolean;
  readonly lots: bigint;
}

/** Fills a wish against the maker, at the mark. */
function createFill({ house }: GuardedWorld, maker: Wallet, chainId: bigint) {
  let nonce = 0n;
  return (taker: Wallet, { isBuy, isReduceOnly, lots }: Wish, price: number): Promise<boolean> => {
    nonce += 1n;
    const terms = { market: MARKET, lots, priceE18: BigInt(Math.round(price * E8)) * E8_TO_E18, nonce };
    return attempt(async () => {
      const made = await signOrder({ house, chainId }, maker, { ...terms, isBuy: !isBuy });
      const taken = await signOrder({ house, chainId }, taker, { ...terms, isBuy, isReduceOnly });
      await house.getFunction("fill")({ maker: made, taker: taken, lots });
    });
  };
}

async function readStandings(world: GuardedWorld, accounts: readonly string[]): Promise<readonly Standing[]> {
  const at = await world.house.getAddress();
  const all = (await world.standings.getFunction("standings")(at, accounts)) as readonly {
    readonly equityFine: bigint;
    readonly maintenanceUnits: bigint;
  }[];
  return all.map(({ equityFine, maintenanceUnits }, index) => ({
    account: accounts[index] ?? "",
    equityFine,
    maintenanceFine: maintenanceUnits * UNIT_FINE,
  }));
}

async function positionOf(house: Contract, { address }: Wallet) {
  return (await house.getFunction("positionOf")(address, MARKET)) as {
    readonly isLong: boolean;
    readonly sizeFine: bigint;
  };
}

/** What the trader wants, or what the initial margin now in force allows: lots. */
async function wantedLots(
  { house, guard }: GuardedWorld,
  { collateralUnits, leverage }: Pick<Trader, "collateralUnits" | "leverage">,
  price: number,
): Promise<bigint> {
  const bps = (await guard.getFunction("initialMarginBps")(MARKET)) as bigint;
  const { initialPpm, lotE18 } = (await house.getFunction("marketParams")(MARKET)) as {
    readonly initialPpm: bigint;
    readonly lotE18: bigint;
  };
  const most = (PPM * BPS) / (Number(initialPpm) * Number(bps));
  const notionalUnits = Number(collateralUnits) * Math.min(leverage, most * ROOM);
  const lotUnits = price * (Number(lotE18) / E18) * Number(ONE);
  return BigInt(Math.floor(notionalUnits / lotUnits));
}
