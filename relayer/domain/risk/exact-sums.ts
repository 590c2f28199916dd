/*
 * Sums of whole numbers that never round. A double holds whole numbers up to 2^53; a sum is kept as `high * 2^52 + low`
 * with 0 <= low < 2^52. So a sum is the same to the bit in whatever order its terms came and went.
 */

/** Largest term. What is larger is counted as that. */
export const TERM_MAX = 2 ** 52;

export interface ExactSums {
  readonly high: Float64Array;
  readonly low: Float64Array;
}

export const createSums = (length: number): ExactSums => ({
  high: new Float64Array(length),
  low: new Float64Array(length),
});

/** Adds `term`, a whole number from 0 to {@link TERM_MAX}, or takes it away again. */
export function addTerm({ high, low }: ExactSums, at: number, term: number): void {
  const sum = (low[at] ?? 0) + term;
  if (sum < TERM_MAX) low[at] = sum;
  else {
    low[at] = sum - TERM_MAX;
    high[at] = (high[at] ?? 0) + 1;
  }
}

export function takeTerm({ high, low }: ExactSums, at: number, term: number): void {
  const rest = (low[at] ?? 0) - term;
  if (rest >= 0) low[at] = rest;
  else {
    low[at] = rest + TERM_MAX;
    high[at] = (high[at] ?? 0) - 1;
  }
}

/** The sum at `at`. */
export function sumAt({ high, low }: ExactSums, at: number): bigint {
  return BigInt(high[at] ?? 0) * BigInt(TERM_MAX) + BigInt(low[at] ?? 0);
}

export function clearSums({ high, low }: ExactSums): void {
  high.fill(0);
  low.fill(0);
}
