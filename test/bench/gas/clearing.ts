import { type Contract, type ContractTransactionResponse, Wallet } from "ethers";
import { network } from "hardhat";

import {
  type Connection,
  ONE,
  openVenue,
  PRICE_ONE,
  UNIT_FINE,
  type Venue,
} from "../../../scripts/venue-study/house.ts";
import { signOrder } from "../../../localnet/venue/sign-order.ts";
import type { Measurement } from "../measurement.ts";
import { stateFloor } from "./state-floor.ts";

/** What GMX pays to say that a market may be deleveraged, closing nothing yet. Published in its repository's gas report, not measured here. */
const GMX_UPDATE_ADL_STATE = 165_902;

export const CROWDS = [10, 1_000, 100_000] as const;
export type Crowd = (typeof CROWDS)[number];

const START_SECONDS = 1_900_000_000;
const MARKET = 1;
const LOT_E18 = 10n ** 14n;
/** Quote for one of the base asset; a lot is worth one. */
const PRICE_E8 = 10_000n * 10n ** 8n;
const PRICE_E18 = 10_000n * 10n ** 18n;
const LOT_X32 = ONE * PRICE_ONE;
/** Entries of the crowd, in steps of half a per cent above the mark: every tick of that octave is taken once there are as many. */
const ENTRIES = 199n;
const STEPS_IN_ONE = 200n;
const LOTS = 10n;
/** What a defaulter lacks, in units: a hundred thousandth of what ten winners have gained. */
const DEFICIT = 500n;
/** Of two traders. */
const KEYS = [`0x${"b1".repeat(32)}`, `0x${"b2".repeat(32)}`];
const GAS_LIMIT = 8_000_000n;

type Sent = Promise<ContractTransactionResponse>;

/** One whole `resolve`, by how many accounts there are: the second of its kind, so that no slot is written first. */
export async function measureDeleverage(accounts: Crowd): Promise<Measurement[]> {
  const value = await deleverageGas(accounts);
  const floor = accounts === CROWDS[0] ? value : await deleverageGas(CROWDS[0]);
  const peers = { "GMX updateAdlState, published": GMX_UPDATE_ADL_STATE };
  return [{ bench: `deleverage.${String(accounts)}`, unit: "gas", value, floor, peers }];
}

/** @param isEach Whether every account of the crowd is entered by itself, as fills would do it. */
export function deleverageGas(accounts: number, isEach = false): Promise<number> {
  return onChain(async (connection) => {
    const venue = await openVenue(connection, {
      markets: [{ market: MARKET, lotE18: LOT_E18, priceE8: PRICE_E8 }],
      isSeated: true,
    });
    const longs = ["a1", "a2", "a3"].map((byte) => `0x${byte.repeat(20)}`);
    if (isEach) await seatEach(venue, longs, accounts);
    else await seatSums(venue, longs, accounts);
    await venue.publish([PRICE_E8]);
    const [first, second] = longs;
    await bankrupt(venue, first!);
    await bankrupt(venue, second!);
    const resolve = async (account: string | undefined): Promise<number> =>
      (await gasOf(venue.house.getFunction("resolve").send(account, { gasLimit: GAS_LIMIT }) as Sent)).gas;
    await resolve(first);
    return resolve(second);
  });
}

/** The entry of account `index`, units for a lot: spread over the octave above the mark. */
function entryOf(index: number): bigint {
  return LOT_X32 + ((1n + (BigInt(index) % ENTRIES)) * LOT_X32) / STEPS_IN_ONE;
}

async function seatSums({ seats }: Venue, longs: readonly string[], accounts: number): Promise<void> {
  const entries = Array.from({ length: Math.min(accounts, Number(ENTRIES)) }, (_, index) => entryOf(index));
  const batch = 100;
  let left = accounts;
  for (let at = 0; at < entries.length; at += batch) {
    const here = entries.slice(at, at + batch);
    const share = Math.floor((left * here.length) / (entries.length - at));
    await seats.getFunction("seatCrowd")(longs, MARKET, share, LOTS, here);
    left -= share;
  }
}

async function seatEach({ seats }: Venue, longs: readonly string[], accounts: number): Promise<void> {
  for (let index = 0; index < accounts; index += 1) {
    const short = `0x${(index + 1).toString(16).padStart(40, "5")}`;
    await seats.getFunction("seat")(longs[index % longs.length], short, MARKET, LOTS, entryOf(index));
  }
}

/** Gives a long that is under water by the price so much that {@link DEFICIT} is missing. */
async function bankrupt({ house }: Venue, account: string): Promise<void> {
  const { equityFine } = (await house.getFunction("standing")(account)) as { readonly equityFine: bigint };
  await house.getFunction("deposit")(account, -equityFine / UNIT_FINE - DEFICIT);
}

/** A fill of two signed orders whose traders have both traded before, and a liquidator's second part of a position. */
export function measureFillAndLiquidate(): Promise<Measurement[]> {
  return onChain(async (connection) => {
    const venue = await openVenue(connection, { markets: [{ market: MARKET, lotE18: LOT_E18, priceE8: PRICE_E8 }] });
    const { house } = venue;
    const { chainId } = await connection.ethers.provider.getNetwork();
    const [maker, taker] = KEYS.map((key) => new Wallet(key));
    const [, keeper] = await connection.ethers.getSigners();
    if (maker === undefined || taker === undefined || keeper === undefined) throw new RangeError("three are needed");
    for (const { address } of [maker, taker]) await house.getFunction("deposit")(address, 1_000n * ONE);
    await house.getFunction("deposit")(keeper.address, 100_000n * ONE);
    let nonce = 0n;
    const fill = async (isBuy: boolean, lots: bigint): Promise<Gas> => {
      nonce += 1n;
      const terms = { market: MARKET, lots, priceE18: PRICE_E18, nonce };
      const [made, taken] = await Promise.all([
        signOrder({ house, chainId }, maker, { ...terms, isBuy: !isBuy }),
        signOrder({ house, chainId }, taker, { ...terms, isBuy }),
      ]);
      return gasOf(house.getFunction("fill").send({ maker: made, taker: taken, lots }) as Sent);
    };
    await fill(true, 8_000n);
    await connection.networkHelpers.time.increase(60);
    await venue.publish([PRICE_E8]);
    const filled = await fill(true, 2_000n);

    await venue.publish([(PRICE_E8 * 92n) / 100n]);
    const liquidate = (house.connect(keeper) as Contract).getFunction("liquidate");
    await gasOf(liquidate.send(taker.address, MARKET, 100n, { gasLimit: GAS_LIMIT }) as Sent);
    const liquidated = await gasOf(liquidate.send(taker.address, MARKET, 100n, { gasLimit: GAS_LIMIT }) as Sent);
    const figures = { fill: filled, liquidate: liquidated };
    return Promise.all(
      Object.entries(figures).map(async ([bench, { gas, hash }]): Promise<Measurement> => {
        return { bench, unit: "gas", value: gas, floor: await stateFloor(connection, hash), peers: {} };
      }),
    );
  });
}

interface Gas {
  readonly gas: number;
  readonly hash: string;
}

async function gasOf(sending: Sent): Promise<Gas> {
  const receipt = await (await sending).wait();
  if (receipt === null) throw new TypeError("a call that is measured has no receipt");
  return { gas: Number(receipt.gasUsed), hash: receipt.hash };
}

/** The same chain at the same time in every run. */
async function onChain<T>(measure: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await network.create("chain0");
  try {
    await connection.networkHelpers.time.increaseTo(START_SECONDS);
    return await measure(connection);
  } finally {
    await connection.close();
  }
}
