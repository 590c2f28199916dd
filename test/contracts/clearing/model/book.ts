/**
 * One market of the clearing house, written as plainly as it can be: every position in a list, every tear-up applied to
 * every position at once, every sum made by adding up. What the contract does lazily, by index and by tick, has to come
 * to the same numbers, to the last bit.
 */
export const INDEX_ONE = 1n << 80n;
export const INDEX_MIN = 1n << 66n;
export const LOT_FINE = 1n << 104n;
export const UNIT_FINE = 1n << 136n;
const CUT_MOST = (1n << 80n) - 1n;
const MAX_DRIFT = 1n << 89n;

export interface Position {
  shares: bigint;
  basis: bigint;
  readonly isLong: boolean;
}

export interface Book {
  readonly firstOctave: bigint;
  /** trader => position */
  readonly positions: Map<number, Position>;
  longIndex: bigint;
  shortIndex: bigint;
  funding: bigint;
  socialised: bigint;
  dustSize: bigint;
  dustCash: bigint;
}

/** Trader => fine cash. */
export type Cash = Map<number, bigint>;

export function createBook(priceX32: bigint): Book {
  return {
    firstOctave: log2(priceX32) - 4n,
    positions: new Map(),
    longIndex: INDEX_ONE,
    shortIndex: INDEX_ONE,
    funding: 0n,
    socialised: 0n,
    dustSize: 0n,
    dustCash: 0n,
  };
}

export const ceilDiv = (a: bigint, b: bigint) => (a + b - 1n) / b;
export const least = (a: bigint, b: bigint) => (a < b ? a : b);
const floorDiv = (a: bigint, b: bigint) => (a % b < 0n ? a / b - 1n : a / b);
const log2 = (value: bigint) => BigInt(value.toString(2).length - 1);

export function add(cash: Cash, trader: number, amount: bigint): void {
  cash.set(trader, (cash.get(trader) ?? 0n) + amount);
}

export function markOf(book: Book, isLong: boolean, price: bigint): bigint {
  const net = price - book.funding;
  return isLong ? net - book.socialised : net + book.socialised;
}

export function indexOf(book: Book, isLong: boolean): bigint {
  return isLong ? book.longIndex : book.shortIndex;
}

function setIndex(book: Book, isLong: boolean, index: bigint): void {
  if (isLong) book.longIndex = index;
  else book.shortIndex = index;
}

export const gainOf = ({ shares, basis, isLong }: Position, mark: bigint) =>
  isLong ? shares * mark - basis : basis - shares * mark;

export const sizeOf = (book: Book, position: Position) => position.shares * indexOf(book, position.isLong);

export function valueOf(book: Book, position: Position, price: bigint): bigint {
  return gainOf(position, markOf(book, position.isLong, price)) * indexOf(book, position.isLong);
}

function sharesOf(book: Book, isLong: boolean): bigint {
  return [...book.positions.values()].reduce((sum, p) => (p.isLong === isLong ? sum + p.shares : sum), 0n);
}

export const sideSize = (book: Book, isLong: boolean) => sharesOf(book, isLong) * indexOf(book, isLong);

/** 64 ticks an octave, eight octaves. */
function tickOf(book: Book, price: bigint): bigint {
  if (price <= 0n || log2(price) < book.firstOctave) return 0n;
  const above = log2(price) - book.firstOctave;
  if (above >= 8n) return 511n;
  // The price as 64 to 127 and a fraction, the fraction cut off.
  const mantissa = (price << 6n) >> log2(price);
  return above * 64n + mantissa - 64n;
}

function isWinner(book: Book, position: Position, mark: bigint): boolean {
  const own = tickOf(book, floorDiv(position.basis, position.shares));
  return position.isLong ? own < tickOf(book, mark) : own > tickOf(book, mark);
}

export function dustValue(book: Book, price: bigint): bigint {
  return book.dustCash + book.dustSize * (price - book.funding);
}

function tradeDust(book: Book, size: bigint, price: bigint): void {
  book.dustSize += size;
  book.dustCash -= size * (price - book.funding);
}

function put(book: Book, trader: number, position: Position): void {
  if (position.shares === 0n) book.positions.delete(trader);
  else book.positions.set(trader, position);
  if (sharesOf(book, position.isLong) === 0n) setIndex(book, position.isLong, INDEX_ONE);
}

/** Buys or sells for `trader`: closes first, then opens. Returns fine cash realised. */
export function trade(book: Book, trader: number, order: { isBuy: boolean; size: bigint; price: bigint }): bigint {
  const { isBuy, size, price } = order;
  let left = size;
  let cash = 0n;
  const held = book.positions.get(trader);
  if (held !== undefined && held.isLong !== isBuy) {
    const index = indexOf(book, held.isLong);
    const shares = least(left / index, held.shares);
    const basis = shares === held.shares ? held.basis : floorDiv(held.basis * shares, held.shares);
    cash = gainOf({ shares, basis, isLong: held.isLong }, markOf(book, held.isLong, price)) * index;
    put(book, trader, { ...held, shares: held.shares - shares, basis: held.basis - basis });
    left -= shares * index;
  }
  const kept = book.positions.get(trader);
  if (left !== 0n && (kept === undefined || kept.isLong === isBuy)) {
    const shares = left / indexOf(book, isBuy);
    const old = kept ?? { shares: 0n, basis: 0n };
    const basis = old.basis + shares * markOf(book, isBuy, price);
    put(book, trader, { shares: old.shares + shares, basis, isLong: isBuy });
    left -= shares * indexOf(book, isBuy);
  }
  tradeDust(book, isBuy ? left : -left, price);
  return cash;
}

/** Gain of all winners of a side, per unit of index. */
function winnersGain(book: Book, isLong: boolean, price: bigint): bigint {
  const mark = markOf(book, isLong, price);
  const winners = [...book.positions.values()].filter((p) => p.isLong === isLong && isWinner(book, p, mark));
  return winners.reduce((sum, position) => sum + gainOf(position, mark), 0n);
}

function closeSide(book: Book, isLong: boolean, fall: { mark: bigint; step: bigint; cut: bigint }, cash: Cash): void {
  const index = indexOf(book, isLong);
  for (const [trader, position] of [...book.positions]) {
    if (position.isLong !== isLong) continue;
    const gain = gainOf(position, fall.mark);
    add(cash, trader, gain * fall.step);
    if (isWinner(book, position, fall.mark)) add(cash, trader, -gain * fall.cut);
    if (fall.step === index) book.positions.delete(trader);
  }
  setIndex(book, isLong, fall.step === index ? INDEX_ONE : index - fall.step);
}

export interface Default {
  readonly trader: number;
  readonly isLong: boolean;
  readonly price: bigint;
  readonly wanted: bigint;
  /** What the budget leaves of it. */
  readonly most: bigint;
  readonly capPpm: bigint;
}

/**
 * Closes what the trader still holds against the other side and takes up to `wanted` from winners, at most `most`. Returns
 * what was taken.
 */
export function tearUp(book: Book, request: Default, cash: Cash): bigint {
  const { trader, isLong: own, price, wanted, most, capPpm } = request;
  const gain = most === 0n ? 0n : winnersGain(book, !own, price);
  const index = indexOf(book, !own);
  const needed = gain === 0n ? 0n : most < wanted ? most / gain : ceilDiv(wanted, gain);
  const cut = least(needed, least((index * capPpm) / 1_000_000n, CUT_MOST));

  const position = book.positions.get(trader);
  let closed = 0n;
  if (position !== undefined) {
    closed = sizeOf(book, position);
    add(cash, trader, valueOf(book, position, price));
    put(book, trader, { ...position, shares: 0n });
  }
  const shares = sharesOf(book, !own);
  if (shares !== 0n) {
    let step = closed < shares ? 1n : closed / shares;
    if (step + INDEX_MIN > index) step = index;
    closed -= shares * step;
    closeSide(book, !own, { mark: markOf(book, !own, price), step, cut }, cash);
    if (step === index) {
      closed += sideSize(book, own);
      closeSide(book, own, { mark: markOf(book, own, price), step: indexOf(book, own), cut: 0n }, cash);
    }
  }
  tradeDust(book, own ? closed : -closed, price);
  return cut * gain;
}

/** Closes the trader's position at `price` against the dust account. Returns fine cash that it realised. */
export function close(book: Book, trader: number, price: bigint): bigint {
  const position = book.positions.get(trader)!;
  const cash = valueOf(book, position, price);
  const size = sizeOf(book, position);
  put(book, trader, { ...position, shares: 0n });
  tradeDust(book, position.isLong ? size : -size, price);
  return cash;
}

/** Charges every lot of both sides. Returns what was charged. */
export function socialise(book: Book, loss: bigint): bigint {
  const size = sideSize(book, true) + sideSize(book, false);
  if (size === 0n) return 0n;
  const step = least(ceilDiv(loss, size), MAX_DRIFT - book.socialised);
  book.socialised += step;
  return step * size;
}
