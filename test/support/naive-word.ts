/**
 * A second, deliberately plain implementation of words: eight numbers in a list. Tests hold the real one against it,
 * and the model hub is built on it, so that a mistake in one is not repeated in the other.
 */
export type NaiveWord = readonly [number, number, number, number, number, number, number, number];

/** Lease of each lane in seconds, lane for lane. */
export type NaiveLeases = NaiveWord;

export const NAIVE_EMPTY: NaiveWord = [0, 0, 0, 0, 0, 0, 0, 0];
export const NAIVE_REGISTERED: NaiveWord = [1, 0, 0, 0, 0, 0, 0, 0];

export function toNaive(word: bigint): NaiveWord {
  if (word === 0n) return NAIVE_EMPTY;
  const digits = word.toString(16).padStart(64, "0");
  return mapNaive(NAIVE_EMPTY, (_, index) => parseInt(digits.slice(index * 8, index * 8 + 8), 16));
}

export function fromNaive(word: NaiveWord): bigint {
  return BigInt(`0x${word.map((lane) => lane.toString(16).padStart(8, "0")).join("")}`);
}

export function mapNaive(word: NaiveWord, map: (lane: number, index: number) => number): NaiveWord {
  return word.map(map) as unknown as NaiveWord;
}

export function naiveMerge(a: NaiveWord, b: NaiveWord): NaiveWord {
  return mapNaive(a, (lane, index) => Math.max(lane, b[index] ?? 0));
}

/** Breaker rung of lanes 1 to 3, margin rung of lanes 4 to 7. */
export function naiveIsUpTo(index: number, breaker: number, margin: number): boolean {
  return index === 0 ? false : index <= 3 ? index <= breaker : index - 3 <= margin;
}

export function naiveStamped(breaker: number, margin: number, time: number): NaiveWord {
  return mapNaive(NAIVE_EMPTY, (_, index) => (naiveIsUpTo(index, breaker, margin) ? time : 0));
}

export function naiveHolds(word: NaiveWord, index: number, leases: NaiveLeases, time: number): boolean {
  const stamp = word[index] ?? 0;
  return stamp > word[0] && time < stamp + (leases[index] ?? 0);
}

/** Breaker and margin in force: the highest lane of each axis that holds. */
export function naiveInForce(word: NaiveWord, leases: NaiveLeases, time: number): { breaker: number; margin: number } {
  const held = [1, 2, 3, 4, 5, 6, 7].filter((index) => naiveHolds(word, index, leases, time));
  return {
    breaker: Math.max(0, ...held.filter((index) => index <= 3)),
    margin: Math.max(0, ...held.filter((index) => index > 3).map((index) => index - 3)),
  };
}
