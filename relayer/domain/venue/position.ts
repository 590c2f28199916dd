import { floorDiv } from "./fine.ts";
import { isWinner } from "./tick.ts";

/** One account's position in one market. Mutable: it belongs to one book. */
export interface Position {
  /** Times `index`: fine size. */
  shares: bigint;
  /** Shares times the mark at which they came in. */
  basis: bigint;
  isLong: boolean;
  /** The side's index when it was last brought up to date. */
  index: bigint;
  /** Tear-ups of the side that are applied, or older than the position. */
  seen: number;
}

/** One tear-up of a side. */
export interface TearUp {
  readonly mark: bigint;
  readonly indexAfter: bigint;
  readonly cut: bigint;
}

export const emptyPosition = (): Position => ({ shares: 0n, basis: 0n, isLong: true, index: 0n, seen: 0 });

export const sizeOf = ({ shares, index }: Position): bigint => shares * index;

/** Gain at `mark` per unit of index. */
export const gainOf = (
  { shares, basis, isLong }: Pick<Position, "shares" | "basis" | "isLong">,
  mark: bigint,
): bigint => (isLong ? shares * mark - basis : basis - shares * mark);

/** Fine cash that closing it at `mark` would bring. */
export const valueOf = (position: Position, mark: bigint): bigint => gainOf(position, mark) * position.index;

/**
 * Applies tear-ups up to number `last`, oldest first, as `PositionLib.settle` does.
 *
 * @returns fine cash booked
 */
export function settlePosition(
  position: Position,
  { tearUps, firstOctave, last }: { tearUps: readonly TearUp[]; firstOctave: number; last: number },
): bigint {
  if (position.shares === 0n || position.seen >= last) return 0n;
  const entry = floorDiv(position.basis, position.shares);
  let cash = 0n;
  for (let number = position.seen; number < last && position.shares !== 0n; number++) {
    const tearUp = tearUps[number];
    if (tearUp === undefined) break;
    const { mark, indexAfter, cut } = tearUp;
    const gain = gainOf(position, mark);
    cash += gain * (position.index - indexAfter);
    if (cut !== 0n && isWinner(entry, position.isLong, { mark, firstOctave })) cash -= gain * cut;
    position.index = indexAfter;
    if (indexAfter === 0n) empty(position);
  }
  position.seen = last;
  return cash;
}

/** Takes `shares` out with their part of the basis; what division leaves over stays. */
export function splitPosition(position: Position, shares: bigint): { readonly shares: bigint; readonly basis: bigint } {
  const basis = shares === position.shares ? position.basis : floorDiv(position.basis * shares, position.shares);
  position.shares -= shares;
  position.basis -= basis;
  return { shares, basis };
}

export function empty(position: Position): void {
  position.shares = 0n;
  position.basis = 0n;
}
