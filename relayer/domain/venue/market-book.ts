import { INDEX_ONE, type Size, fineOfSize, sharesOfLots } from "./fine.ts";
import { type Position, type TearUp, empty, gainOf, settlePosition, splitPosition } from "./position.ts";

/** All longs or all shorts of a market. */
export interface Side {
  /** Shares of all positions. */
  shares: bigint;
  index: bigint;
  readonly tearUps: TearUp[];
}

/** A market that is wound down. */
export interface Closing {
  /** What every position there is worth, for good. */
  readonly priceX32: bigint;
  /** Quanta of all claims that are not paid. */
  claims: bigint;
  /** Fine cash that debtors could not pay; while the conclusion is being made, what funds have not paid of it either. */
  deficit: bigint;
  /** Fine cash that a quantum brings; null until the conclusion. */
  rate: bigint | null;
}

/** One market of a venue, rebuilt from its events. Mutable: there is one, and it is brought forward event by event. */
export interface MarketBook {
  readonly market: number;
  firstOctave: number;
  assetClass: number;
  fundSharePpm: bigint;
  readonly longs: Side;
  readonly shorts: Side;
  /** Sums since the beginning, as prices. */
  funding: bigint;
  socialised: bigint;
  /** Fine cash of the market's insurance fund, and loss that nobody could be found for. */
  fund: bigint;
  shortfall: bigint;
  /** Null while the market trades. */
  closing: Closing | null;
  /** The images of a block that this market is in already: one by identity, and nothing else. */
  imagedIn: readonly unknown[] | null;
}

const createSide = (): Side => ({ shares: 0n, index: INDEX_ONE, tearUps: [] });

export function createMarketBook(market: number): MarketBook {
  return {
    market,
    firstOctave: 0,
    assetClass: 0,
    fundSharePpm: 0n,
    longs: createSide(),
    shorts: createSide(),
    funding: 0n,
    socialised: 0n,
    fund: 0n,
    shortfall: 0n,
    closing: null,
    imagedIn: null,
  };
}

export const sideOf = (book: MarketBook, isLong: boolean): Side => (isLong ? book.longs : book.shorts);

/** Fine size of a side. */
export const sideSize = ({ shares, index }: Side): bigint => shares * index;

/** What a side is valued at when the price is `priceX32`: funding and socialised loss are in it. */
export function markOf(book: MarketBook, isLong: boolean, priceX32: bigint): bigint {
  const net = priceX32 - book.funding;
  return isLong ? net - book.socialised : net + book.socialised;
}

/** Applies what `position` has not seen, up to tear-up number `last` or all. @returns fine cash booked */
export function settle(book: MarketBook, position: Position, last?: number): bigint {
  const { tearUps } = sideOf(book, position.isLong);
  return settlePosition(position, { tearUps, firstOctave: book.firstOctave, last: last ?? tearUps.length });
}

/** A size, bought positive, and its price. */
export interface Deal extends Size {
  readonly priceX32: bigint;
}

/**
 * Buys or sells for a settled `position`: closes first, then opens, as `BookLib.trade` does. What does not divide into
 * shares went to the dust account, which is the difference of the two sides.
 *
 * @returns fine cash realised
 */
export function trade(book: MarketBook, position: Position, deal: Deal): bigint {
  const { lots, restFine, priceX32 } = deal;
  const isBuy = lots > 0 || (lots === 0 && restFine > 0n);
  // Whole lots on sides that no tear-up has touched are counted in shares: there is nothing to multiply or divide.
  const isPlain = restFine === 0n && book.longs.index === INDEX_ONE && book.shorts.index === INDEX_ONE;
  let left = isPlain ? sharesOfLots(Math.abs(lots)) : sizeOfDeal(deal);
  let cash = 0n;
  if (position.shares !== 0n && position.isLong !== isBuy) {
    const { index } = position;
    const closed = close(book, position, { shares: isPlain ? left : left / index, priceX32 });
    left -= isPlain ? closed.shares : closed.shares * index;
    cash = closed.cash;
  }
  if (left !== 0n && (position.shares === 0n || position.isLong === isBuy)) {
    const { index } = sideOf(book, isBuy);
    open(book, position, { isBuy, shares: isPlain ? left : left / index, priceX32 });
  }
  return cash;
}

function sizeOfDeal(deal: Size): bigint {
  const size = fineOfSize(deal);
  return size < 0n ? -size : size;
}

/** Closes `shares`, or what there is, of a settled position. @returns how many, and the fine cash realised */
function close(
  book: MarketBook,
  position: Position,
  { shares, priceX32 }: { readonly shares: bigint; readonly priceX32: bigint },
): { readonly shares: bigint; readonly cash: bigint } {
  const { index, isLong } = position;
  const taken = splitPosition(position, shares > position.shares ? position.shares : shares);
  removeShares(sideOf(book, isLong), taken.shares);
  return { shares: taken.shares, cash: gainOf({ ...taken, isLong }, markOf(book, isLong, priceX32)) * index };
}

/** Takes all of a settled position out of its side, whatever it is worth. */
export function abandon(book: MarketBook, position: Position): void {
  removeShares(sideOf(book, position.isLong), position.shares);
  empty(position);
}

function open(
  book: MarketBook,
  position: Position,
  { isBuy, shares, priceX32 }: { isBuy: boolean; shares: bigint; priceX32: bigint },
): void {
  const side = sideOf(book, isBuy);
  position.shares += shares;
  position.basis += shares * markOf(book, isBuy, priceX32);
  position.index = side.index;
  position.seen = side.tearUps.length;
  position.isLong = isBuy;
  side.shares += shares;
}

/** An emptied side starts at one again. */
function removeShares(side: Side, shares: bigint): void {
  side.shares -= shares;
  if (side.shares === 0n) side.index = INDEX_ONE;
}

/** Applies a tear-up to the side as a whole; positions apply it when they are next touched. */
export function tear(side: Side, tearUp: TearUp): void {
  side.tearUps.push(tearUp);
  side.index = tearUp.indexAfter === 0n ? INDEX_ONE : tearUp.indexAfter;
  if (tearUp.indexAfter === 0n) side.shares = 0n;
}

/** Every lot of both sides was charged the same: `takenFine` in all. */
export function socialise(book: MarketBook, takenFine: bigint): void {
  const size = sideSize(book.longs) + sideSize(book.shorts);
  if (size !== 0n) book.socialised += takenFine / size;
}
