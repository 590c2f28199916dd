import type { ContractTransactionReceipt } from "ethers";

import { type Connection, ONE, openVenue, PRICE_ONE, UNIT_FINE, type Venue } from "../house.ts";
import { createRandom, type Random } from "../random.ts";
import type { CoinGap } from "./read-waves.ts";

const MARKET = 1;
const LOT_E18 = 10n ** 18n;
/** A dollar: a lot is worth one unit of quote at the mark. What a contract was worth is not published, and not needed. */
const MARK_E8 = 10n ** 8n;
const MARK_X32 = ONE * PRICE_ONE;
/** Winners of one coin. How profit was spread over accounts is not published; a share does not depend on it. */
const WINNERS = 12;
/** How far winners' entries lie from the mark: beyond its own tick, up to twice the price. */
const LEAST_GAIN = 0.02;
const MOST_GAIN = 1;
/** Pareto's exponent of the winners' profits. */
const PARETO = 1.16;
const GAIN_STEPS = 10_000;
const DEFAULTER = `0x${"de".repeat(20)}`;
const GAS_LIMIT = 12_000_000n;

/** What one resolve did, in fine cash; shares are parts of a winner's profit. */
export interface CoinOutcome {
  readonly coin: string;
  readonly deficitFine: bigint;
  readonly takenFine: bigint;
  readonly socialisedFine: bigint;
  /** The winners' profit at the mark before it, in units. */
  readonly profitUnits: bigint;
  readonly share: number;
}

/** A venue in which {@link replayCoin} can be called any number of times: each takes it back to where it was. */
export function openWaveVenue(connection: Connection): Promise<Venue> {
  return openVenue(connection, { markets: [{ market: MARKET, lotE18: LOT_E18, priceE8: MARK_E8 }], isSeated: true });
}

/**
 * One coin of one wave through the house's own `resolve`: winners short with as much profit together as was there, one
 * bankrupt long against them all, who lacks what was needed.
 */
export async function replayCoin(
  connection: Connection,
  { house, seats, publish }: Venue,
  { coin, neededUnits, capacityUnits }: CoinGap,
  seed: number,
): Promise<CoinOutcome> {
  const snapshot = await connection.networkHelpers.takeSnapshot();
  try {
    const winners = drawWinners(BigInt(capacityUnits), createRandom(seed));
    const addresses = winners.map((_, index) => `0x${(index + 1).toString(16).padStart(40, "7")}`);
    const columns = [winners.map(({ lots }) => lots), winners.map(({ entryX32 }) => entryX32)];
    await seats.getFunction("seatEach")(DEFAULTER, addresses, MARKET, ...columns, { gasLimit: GAS_LIMIT });
    const profitUnits = winners.reduce(
      (sum, { lots, entryX32 }) => sum + (lots * (entryX32 - MARK_X32)) / PRICE_ONE,
      0n,
    );
    await makeMissing({ house, seats }, profitUnits, BigInt(neededUnits));
    await publish([MARK_E8]);
    const sent = await house.getFunction("resolve").send(DEFAULTER, { gasLimit: GAS_LIMIT });
    const receipt = (await sent.wait()) as ContractTransactionReceipt;
    return { coin, profitUnits, ...readResolve(house, receipt) };
  } finally {
    await snapshot.restore();
  }
}

interface Winner {
  readonly lots: bigint;
  readonly entryX32: bigint;
}

/** Winners whose profits sum to `capacityUnits`, to a part of a lot's each. */
function drawWinners(capacityUnits: bigint, random: Random): Winner[] {
  const weights = Array.from({ length: WINNERS }, () => (1 - random()) ** (-1 / PARETO));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => {
    const gain = BigInt(Math.ceil((LEAST_GAIN + random() * (MOST_GAIN - LEAST_GAIN)) * GAIN_STEPS));
    const gainUnits = (ONE * gain) / BigInt(GAIN_STEPS);
    const profit = (capacityUnits * BigInt(Math.floor((weight / total) * GAIN_STEPS))) / BigInt(GAIN_STEPS);
    return { lots: profit / gainUnits + 1n, entryX32: MARK_X32 + gainUnits * PRICE_ONE };
  });
}

/** Leaves the defaulter with `needed` less than nothing: by its collateral, or by a loss that it has realised before. */
async function makeMissing(
  { house, seats }: Pick<Venue, "house" | "seats">,
  lost: bigint,
  needed: bigint,
): Promise<void> {
  if (lost > needed) {
    await house.getFunction("deposit")(DEFAULTER, lost - needed);
    return;
  }
  if (lost === needed) return;
  const gone = `0x${"60".repeat(20)}`;
  const lossX32 = (needed - lost) * PRICE_ONE;
  await seats.getFunction("seat")(DEFAULTER, gone, MARKET, 1n, MARK_X32 + lossX32);
  await seats.getFunction("seat")(gone, DEFAULTER, MARKET, 1n, MARK_X32);
}

/** From the events alone. */
function readResolve(
  house: Venue["house"],
  receipt: ContractTransactionReceipt,
): Omit<CoinOutcome, "coin" | "profitUnits"> {
  const events = receipt.logs.flatMap((log) => house.interface.parseLog(log) ?? []);
  const of = (name: string) => events.filter((event) => event.name === name).map(({ args }) => args.toObject());
  const sum = (name: string, field: string) => of(name).reduce((total, args) => total + (args[field] as bigint), 0n);
  const cuts = of("TornUp").map((args) => Number(args["cut"] as bigint) / Number(args["indexBefore"] as bigint));
  return {
    deficitFine: sum("Defaulted", "deficitFine"),
    takenFine: sum("TornUp", "takenFine"),
    socialisedFine: sum("LossSocialised", "takenFine") + sum("LossSocialised", "uncoveredFine"),
    share: Math.max(0, ...cuts),
  };
}

/** Fine cash as dollars. */
export function toUsd(fine: bigint): number {
  return Number(fine / (UNIT_FINE / 1_000n)) / 1_000 / Number(ONE);
}
