import type { Hex } from "../hex.ts";
import { MARKETS } from "../incident/posture.ts";
import type { Side } from "./deltas.ts";
import {
  type Defaulted,
  fineOfSize,
  LOT_BITS,
  type Size,
  sizeOfFine,
  type TornUp,
  type VenueEvent,
} from "./venue-event.ts";

/** An index to begin with. `INDEX_ONE` of `contracts/clearing/book/Scale.sol`. */
export const INDEX_ONE = 1n << 80n;
const INDEX_BITS = 80n;
/** Shares of a lot while the index is one: two to this. */
const SHARE_BITS = 24n;

/** One side of a market: the sum of its positions' shares, and what each share is worth in fine size. */
interface BookSide {
  readonly shares: bigint;
  readonly index: bigint;
  /** Counts how often the side was torn up whole: positions of an earlier generation are gone. */
  readonly generation: number;
}

interface Position {
  readonly isLong: boolean;
  readonly shares: bigint;
  readonly generation: number;
}

/** What stood there before, for a reorg. */
type Undo =
  | { readonly block: number; readonly account: Hex; readonly market: number; readonly position: Position | null }
  | { readonly block: number; readonly slot: number; readonly side: BookSide };

/**
 * Positions and sides of one venue, rebuilt from its events alone, to the last bit: the arithmetic of
 * `contracts/clearing/book/Book.sol` without prices and cash. Changed in place, because venues trade more often than
 * anything else happens.
 */
export interface VenueBook {
  readonly positions: Map<Hex, (Position | null)[]>;
  /** By market and side, as in {@link slotInBook}. */
  readonly sides: BookSide[];
  /** Oldest first; what is final has been dropped. */
  undo: Undo[];
}

/** A change of a side's size: whole lots, rounded down, and what is beyond them. */
export interface SideChange {
  readonly market: number;
  readonly side: Side;
  readonly lots: bigint;
  readonly restFine: bigint;
}

export type OnChange = (change: SideChange) => void;

const EMPTY_SIDE: BookSide = { shares: 0n, index: INDEX_ONE, generation: 0 };

export function createVenueBook(): VenueBook {
  return {
    positions: new Map(),
    sides: Array.from({ length: MARKETS * 2 }, () => EMPTY_SIDE),
    undo: [],
  };
}

/** Fine size of an account's position: positive when long. */
export function positionFine(book: VenueBook, account: Hex, market: number): bigint {
  const position = currentPosition(book, account, market);
  if (position === null) return 0n;
  const size = position.shares * sideAt(book, market, position.isLong).index;
  return position.isLong ? size : -size;
}

/** Folds one event of block `block` in. */
export function applyVenueEvent(book: VenueBook, event: VenueEvent, at: { block: number; onChange: OnChange }): void {
  switch (event.kind) {
    case "traded":
      return trade(book, event, at);
    case "liquidated":
      trade(book, event, at);
      return trade(book, { ...event, account: event.liquidator, ...sizeOfFine(-fineOfSize(event)) }, at);
    case "defaulted":
      return close(book, event, at);
    case "torn-up":
      return tearUp(book, event, at);
  }
}

interface At {
  readonly block: number;
  readonly onChange: OnChange;
}

interface Trade extends Size {
  readonly account: Hex;
  readonly market: number;
}

/** Closes first, then opens. What does not divide into shares goes to the venue's dust, which is on neither side. */
function trade(book: VenueBook, of: Trade, at: At): void {
  const { account, market, lots, restFine } = of;
  const isBuy = lots > 0 || (lots === 0 && restFine > 0n);
  // Whole lots on sides that no tear-up has touched: counted in shares, with nothing to divide.
  const isPlain = restFine === 0n && isUntouched(book, market);
  const size = isPlain ? BigInt(lots) << SHARE_BITS : fineOfSize(of);
  let left = size < 0n ? -size : size;
  let position = currentPosition(book, account, market);
  if (position !== null && position.isLong !== isBuy) {
    const { index, generation } = sideAt(book, market, position.isLong);
    const wanted = isPlain ? left : left / index;
    const closed = wanted > position.shares ? position.shares : wanted;
    const shares = position.shares - closed;
    left -= isPlain ? closed : closed * index;
    addShares(book, { market, isLong: position.isLong, shares: -closed }, at);
    position = shares === 0n ? null : { isLong: position.isLong, shares, generation };
    putPosition(book, { account, market, position }, at.block);
  }
  if (left === 0n || (position !== null && position.isLong !== isBuy)) return;
  const { index, generation } = sideAt(book, market, isBuy);
  const opened = isPlain ? left : left / index;
  if (opened === 0n) return;
  addShares(book, { market, isLong: isBuy, shares: opened }, at);
  const shares = position === null ? opened : position.shares + opened;
  putPosition(book, { account, market, position: { isLong: isBuy, shares, generation } }, at.block);
}

function isUntouched(book: VenueBook, market: number): boolean {
  return sideAt(book, market, true).index === INDEX_ONE && sideAt(book, market, false).index === INDEX_ONE;
}

/** The defaulter's positions, all of them: each is closed against the other side, which tells of it by `TornUp`. */
function close(book: VenueBook, { account }: Defaulted, at: At): void {
  for (let market = 0; market < MARKETS; market += 1) {
    const position = currentPosition(book, account, market);
    if (position === null) continue;
    addShares(book, { market, isLong: position.isLong, shares: -position.shares }, at);
    putPosition(book, { account, market, position: null }, at.block);
  }
}

function tearUp(book: VenueBook, { market, isLongSide, indexAfter }: TornUp, at: At): void {
  const { shares, generation } = sideAt(book, market, isLongSide);
  const isWhole = indexAfter === 0n;
  const side = isWhole
    ? { shares: 0n, index: INDEX_ONE, generation: generation + 1 }
    : { shares, index: indexAfter, generation };
  putSide(book, { market, isLong: isLongSide, side }, at);
}

/** An emptied side starts at one again. */
function addShares(
  book: VenueBook,
  { market, isLong, shares }: { market: number; isLong: boolean; shares: bigint },
  at: At,
): void {
  const side = sideAt(book, market, isLong);
  const sum = side.shares + shares;
  putSide(book, { market, isLong, side: { ...side, shares: sum, index: sum === 0n ? INDEX_ONE : side.index } }, at);
}

/** Undoes every event of blocks after `block`, the latest first. */
export function rewindBook(book: VenueBook, block: number, onChange: OnChange): void {
  const kept = book.undo.findLastIndex((step) => step.block <= block) + 1;
  undoBook(book, kept, onChange);
}

/** Undoes every step but the first `kept`, the latest first. */
export function undoBook(book: VenueBook, kept: number, onChange: OnChange): void {
  for (const step of book.undo.splice(kept).toReversed()) {
    if ("slot" in step) announce(book, step, onChange);
    else positionsOf(book, step.account)[step.market] = step.position;
  }
}

/** Forgets how to undo blocks up to `block`. */
export function finaliseBook(book: VenueBook, block: number): void {
  const first = book.undo.findIndex((step) => step.block > block);
  book.undo = first < 0 ? [] : book.undo.slice(first);
}

interface NewSide {
  readonly market: number;
  readonly isLong: boolean;
  readonly side: BookSide;
}

function putSide(book: VenueBook, { market, isLong, side }: NewSide, { block, onChange }: At): void {
  const slot = slotInBook(market, isLong);
  book.undo.push({ block, slot, side: book.sides[slot] ?? EMPTY_SIDE });
  announce(book, { slot, side }, onChange);
}

function announce(book: VenueBook, { slot, side }: { slot: number; side: BookSide }, onChange: OnChange): void {
  const before = book.sides[slot] ?? EMPTY_SIDE;
  book.sides[slot] = side;
  // Multiplying big integers is most of the work here, and by a power of two it is none.
  const isPlain = before.index === INDEX_ONE && side.index === INDEX_ONE;
  const change = isPlain ? side.shares - before.shares : side.shares * side.index - before.shares * before.index;
  if (change === 0n) return;
  const bits = isPlain ? SHARE_BITS : LOT_BITS;
  const rest = BigInt.asUintN(Number(bits), change);
  const restFine = isPlain && rest !== 0n ? rest << INDEX_BITS : rest;
  onChange({ market: slot >> 1, side: (slot & 1) === 0 ? "long" : "short", lots: change >> bits, restFine });
}

function putPosition(
  book: VenueBook,
  { account, market, position }: { account: Hex; market: number; position: Position | null },
  block: number,
): void {
  const positions = positionsOf(book, account);
  book.undo.push({ block, account, market, position: positions[market] ?? null });
  positions[market] = position;
}

/** Null too for one of a generation that is gone. */
function currentPosition(book: VenueBook, account: Hex, market: number): Position | null {
  const position = book.positions.get(account)?.[market] ?? null;
  if (position === null) return null;
  return position.generation === sideAt(book, market, position.isLong).generation ? position : null;
}

function positionsOf({ positions }: VenueBook, account: Hex): (Position | null)[] {
  const known = positions.get(account);
  if (known !== undefined) return known;
  const fresh: (Position | null)[] = [];
  positions.set(account, fresh);
  return fresh;
}

function sideAt({ sides }: VenueBook, market: number, isLong: boolean): BookSide {
  return sides[slotInBook(market, isLong)] ?? EMPTY_SIDE;
}

function slotInBook(market: number, isLong: boolean): number {
  return market * 2 + (isLong ? 0 : 1);
}
