import { type Leases, leaseSecondsOf } from "./leases.ts";
import { HALTED, M4, type Rungs, breakerOf, marginOf } from "./rungs.ts";

/**
 * One market's incident state: eight lanes of 32-bit unix seconds, most significant first,
 * `voidBefore | caution | reduceOnly | halted | m1 | m2 | m3 | m4`. Mirrors `contracts/types/Word.sol`;
 * `test/vectors/word.json` binds the two.
 */
export type Word = bigint & { readonly __brand: "Word" };

export const VOID_LANE = 0;
/** Breaker rung r is lane r; margin rung r is lane MARGIN_LANE + r. */
export const MARGIN_LANE = 3;
/** Lanes that hold a rung: all but `voidBefore`. */
export const RUNG_LANES = [1, 2, 3, 4, 5, 6, 7] as const;

/** What unfinalised evidence, or a lone operator, can cause lapses this long after it. */
export const PROVISIONAL_SECONDS = 600;

const LANE_BITS = 32n;
const LANE_MASK = 0xffff_ffffn;
const LANE_MAX = 0xffff_ffff;
const TOP_SHIFT = 224n;
const STAMPS_MASK = (1n << TOP_SHIFT) - 1n;
const LANE_MASKS: readonly bigint[] = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => LANE_MASK << shiftOf(index));

/** What registration writes: `voidBefore` of one second, so that the slot is not zero. In force it says nothing. */
export const REGISTERED_WORD = (1n << TOP_SHIFT) as Word;
/** The word of a market that is not registered. */
export const EMPTY_WORD = 0n as Word;

export const word = (value: bigint): Word => BigInt.asUintN(256, value) as Word;

/** The stamp in lane `index`, 0 (voidBefore) to 7 (m4). */
export function laneOf(of: Word, index: number): number {
  return Number((of >> shiftOf(index)) & LANE_MASK);
}

/** The word whose only non-zero lane is `index`. Bits of `stamp` above the 32nd are dropped. */
export function singleLane(index: number, stamp: number): Word {
  return ((BigInt(stamp) & LANE_MASK) << shiftOf(index)) as Word;
}

/** An assertion as a word: `rungs` and every rung below them on the same axis, stamped `time`. */
export function stampRungs(rungs: Rungs, time: number): Word {
  return mapLanes((index) => (isWithin(rungs, index) ? time : 0));
}

/** Lane-wise maximum: any order, any repetition, any path of delivery ends in the same word (P1). */
export function mergeWords(a: Word, b: Word): Word {
  if (a === b) return a;
  let merged = 0n;
  // Lanes do not overlap, so each maximum can be taken in place, without shifting down.
  for (const mask of LANE_MASKS) {
    const x = a & mask;
    const y = b & mask;
    merged |= x > y ? x : y;
  }
  return merged as Word;
}

/** `of` without `voidBefore`: all that a message may carry into another chain's state. */
export function stampsOnly(of: Word): Word {
  return (of & STAMPS_MASK) as Word;
}

/** Parts `of` at `ceiling`. `voidBefore` is in neither half. */
export function splitWord(of: Word, ceiling: Rungs): { readonly kept: Word; readonly above: Word } {
  const stamps = stampsOnly(of);
  const allowed = stampRungs(ceiling, LANE_MAX);
  return { kept: (stamps & allowed) as Word, above: (stamps & ~allowed) as Word };
}

/** Whether the rung of lane `index` (1 to 7) is in force at `time`. */
export function holdsLane(of: Word, index: number, at: { leases: Leases; time: number }): boolean {
  const stamp = laneOf(of, index);
  return stamp > laneOf(of, VOID_LANE) && at.time < stamp + leaseSecondsOf(at.leases, index);
}

/** Parts `of` at `latest`: the lanes stamped no later, and the others. `voidBefore` is in neither half. */
export function splitWordAt(of: Word, latest: number): { readonly kept: Word; readonly ahead: Word } {
  const kept = mapLanes((index) => (laneOf(of, index) > latest ? 0 : laneOf(of, index)));
  return { kept, ahead: (stampsOnly(of) & ~kept) as Word };
}

/** `of` with every stamp brought down so that its lease ends no later than `end`. `voidBefore` is left out. */
export function lapseWordBy(of: Word, leases: Leases, end: number): Word {
  return mapLanes((index) => Math.min(laneOf(of, index), stampLapsingAt(index, end, leases)));
}

/** The rungs in force at `time`: on each axis the highest that {@link holdsLane} accepts. */
export function rungsInForce(of: Word, leases: Leases, time: number): Rungs {
  const at = { leases, time };
  let breaker = HALTED;
  while (breaker !== 0 && !holdsLane(of, breaker, at)) breaker--;
  let margin = M4;
  while (margin !== 0 && !holdsLane(of, MARGIN_LANE + margin, at)) margin--;
  return ((breaker << 4) | margin) as Rungs;
}

/** The highest rungs that `of` has a stamp for, whenever that was made. */
export function rungsStamped(of: Word): Rungs {
  let breaker = HALTED;
  while (breaker !== 0 && laneOf(of, breaker) === 0) breaker--;
  let margin = M4;
  while (margin !== 0 && laneOf(of, MARGIN_LANE + margin) === 0) margin--;
  return ((breaker << 4) | margin) as Rungs;
}

/** Whether merging `entry` would leave `of` as it is: every stamp of `entry` is there already. */
export function coversWord(of: Word, entry: Word): boolean {
  return mergeWords(of, stampsOnly(entry)) === of;
}

/** The stamp that makes lane `index` lapse {@link PROVISIONAL_SECONDS} after `time`. */
export function provisionalStamp(index: number, time: number, leases: Leases): number {
  return stampLapsingAt(index, time + PROVISIONAL_SECONDS, leases);
}

/** `evidence` stamped so that each of its lanes lapses {@link PROVISIONAL_SECONDS} after it was asserted. */
export function provisionalWord(evidence: Word, leases: Leases): Word {
  return mapLanes((index) => {
    const stamp = laneOf(evidence, index);
    return stamp === 0 ? 0 : provisionalStamp(index, stamp, leases);
  });
}

/** Whether peers that hold `sent` have to be told of `of`: a rung in force is newer, half of the known lease gone. */
export function outpacesWord(of: Word, sent: Word, at: { leases: Leases; time: number }): boolean {
  return RUNG_LANES.some((index) => {
    const known = laneOf(sent, index);
    const isDue = at.time >= known + Math.floor(leaseSecondsOf(at.leases, index) / 2);
    return laneOf(of, index) > known && isDue && holdsLane(of, index, at);
  });
}

/** The word whose rung lanes are `stampOf` their index. `voidBefore` is 0. */
export function mapLanes(stampOf: (index: number) => number): Word {
  return RUNG_LANES.reduce((bits, index) => bits | singleLane(index, stampOf(index)), 0n) as Word;
}

/** Never negative: block times are years after 1970 and leases days at most, and 0 means "never asserted". */
function stampLapsingAt(index: number, end: number, leases: Leases): number {
  return Math.max(0, end - leaseSecondsOf(leases, index));
}

/** Whether `rungs`, or a rung above it on the same axis, is that of lane `index`. */
function isWithin(rungs: Rungs, index: number): boolean {
  return index <= MARGIN_LANE ? index <= breakerOf(rungs) : index - MARGIN_LANE <= marginOf(rungs);
}

/** Lane 0 is the most significant. */
function shiftOf(index: number): bigint {
  return TOP_SHIFT - BigInt(index) * LANE_BITS;
}
