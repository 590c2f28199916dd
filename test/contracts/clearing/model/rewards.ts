import { least, type Position, UNIT_FINE } from "./book.ts";

const PPM = 1_000_000n;

const floorDiv = (a: bigint, b: bigint) => (a % b < 0n ? a / b - 1n : a / b);
const sizeOf = (value: bigint) => (value < 0n ? -value : value);

/** The premium at which funding runs at its cap, which is for a day; a premium is for eight hours. */
export const premiumMost = (fundingCapPpm: bigint) => (fundingCapPpm * 8n) / 24n;

export function premiumOf(fill: bigint, mark: bigint, fundingCapPpm: bigint): bigint {
  const most = premiumMost(fundingCapPpm);
  const raw = ((fill - mark) * PPM) / mark;
  return raw > most ? most : raw < -most ? -most : raw;
}

/** The premium before a fill that lies nearer to the mark; else zero. */
export const reliefOf = (pressure: bigint, premium: bigint) => (sizeOf(premium) < sizeOf(pressure) ? pressure : 0n);

export interface Rebate {
  readonly feeUnits: bigint;
  readonly relief: bigint;
  readonly rebatePpm: bigint;
  readonly fundSharePpm: bigint;
  readonly fundingCapPpm: bigint;
}

/** Units that go back of a fill's fees. */
export function rebateOf({ feeUnits, relief, rebatePpm, fundSharePpm, fundingCapPpm }: Rebate): bigint {
  if (relief === 0n) return 0n;
  const most = premiumMost(fundingCapPpm);
  return (feeUnits * least(rebatePpm, PPM - fundSharePpm) * least(sizeOf(relief), most)) / (PPM * most);
}

export interface Reward {
  readonly position: Position;
  readonly size: bigint;
  readonly price: bigint;
  readonly feePpm: bigint;
  readonly most: bigint;
}

/** Units that closing a bankrupt position brings, if the fund has them. */
export function rewardOf({ position, size, price, feePpm, most }: Reward): bigint {
  const entry = floorDiv(position.basis, position.shares);
  if (entry <= 0n) return 0n;
  return least(most, (((size * least(entry, price)) / UNIT_FINE) * feePpm) / PPM);
}
