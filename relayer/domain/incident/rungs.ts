/**
 * One rung on each axis, in one byte: bits 4 and 5 the breaker rung, bits 0 to 2 the margin rung. The byte that
 * `contracts/types/Rungs.sol` holds; `test/vectors/rungs.json` binds the two.
 */
export type Rungs = number & { readonly __brand: "Rungs" };

/** Breaker rungs, mildest first. The index is the severity and the on-chain number: append, never reorder. */
export const BREAKER_RUNGS = ["normal", "caution", "reduce-only", "halted"] as const;

/** Margin rungs, mildest first. The index is the severity and the on-chain number. */
export const MARGIN_RUNGS = ["base", "m1", "m2", "m3", "m4"] as const;

export const HALTED = 3;
export const M4 = 4;

const BREAKER_MASK = 0x30;
const MARGIN_MASK = 0x07;

/** The pair (`breaker`, `margin`), or null when one of them is not on its ladder. */
export function rungsOf(breaker: number, margin: number): Rungs | null {
  return isRung(breaker, HALTED) && isRung(margin, M4) ? pair(breaker, margin) : null;
}

/** The pair that `byte` holds, or null when {@link rungsOf} could not have made it. */
export function rungsOfByte(byte: number): Rungs | null {
  if (!isRung(byte, 0xff) || (byte & ~(BREAKER_MASK | MARGIN_MASK)) !== 0) return null;
  return (byte & MARGIN_MASK) > M4 ? null : (byte as Rungs);
}

/** Breaker rung, 0 to 3. */
export function breakerOf(rungs: Rungs): number {
  return (rungs & BREAKER_MASK) >> 4;
}

/** Margin rung, 0 to 4. */
export function marginOf(rungs: Rungs): number {
  return rungs & MARGIN_MASK;
}

/** The mildest pair at least as severe as both. */
export function joinRungs(a: Rungs, b: Rungs): Rungs {
  return pair(Math.max(breakerOf(a), breakerOf(b)), Math.max(marginOf(a), marginOf(b)));
}

/** The severest pair no more severe than either: how a ceiling is applied. */
export function meetRungs(a: Rungs, b: Rungs): Rungs {
  return pair(Math.min(breakerOf(a), breakerOf(b)), Math.min(marginOf(a), marginOf(b)));
}

/** Whether `a` is more severe than `b` on at least one axis. */
export function exceedsRungs(a: Rungs, b: Rungs): boolean {
  return breakerOf(a) > breakerOf(b) || marginOf(a) > marginOf(b);
}

/** Whether both axes are at their lowest rung. */
export function isCalm(rungs: Rungs): boolean {
  return (rungs & (BREAKER_MASK | MARGIN_MASK)) === 0;
}

/** For logs and pages, in the glossary's words: `halted/m2`. */
export function nameRungs(rungs: Rungs): string {
  return `${BREAKER_RUNGS[breakerOf(rungs)] ?? "?"}/${MARGIN_RUNGS[marginOf(rungs)] ?? "?"}`;
}

function pair(breaker: number, margin: number): Rungs {
  return ((breaker << 4) | margin) as Rungs;
}

function isRung(value: number, highest: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= highest;
}
