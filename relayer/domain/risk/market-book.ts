import { INDEX_ONE } from "./fine.ts";
import { type Position, type TearUp, gainOf, settlePosition, splitPosition } from "./position.ts";

/** All longs or all shorts of a market. */
export interface Side {
  /** Shares of all positions. */
  shares: bigint;
  index: bigint;
  readonly tearUps: TearUp[];
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

/**
 * Buys or sells for a settled `position`: closes first, then opens, as `BookLib.trade` does. What does not divide into
 * shares went to the dust account, which is the difference of the two sides.
 *
 * @returns fine cash realised
 */
export function trade(book: MarketBook, position: Position, deal: { sizeFine: bigint; priceX32: bigint }): bigint {
  const isBuy = deal.sizeFine > 0n;
  let left = isBuy ? deal.sizeFine : -deal.sizeFine;
  let cash = 0n;
  if (position.shares !== 0n && position.isLong !== isBuy) {
    const closed = close(book, position, { sizeFine: left, priceX32: deal.priceX32 });
    left -= closed.sizeFine;
    cash = closed.cash;
  }
  if (left !== 0n && (position.shares === 0n || position.isLong === isBuy))
    open(book, position, { isBuy, left, ...deal });
  return cash;
}

function close(
  book: MarketBook,
  position: Position,
  { sizeFine, priceX32 }: { sizeFine: bigint; priceX32: bigint },
): { readonly sizeFine: bigint; readonly cash: bigint } {
  const { index, isLong } = position;
  const wanted = sizeFine / index;
  const taken = splitPosition(position, wanted > position.shares ? position.shares : wanted);
  removeShares(sideOf(book, isLong), taken.shares);
  return {
    sizeFine: taken.shares * index,
    cash: gainOf({ ...taken, isLong }, markOf(book, isLong, priceX32)) * index,
  };
}

function open(
  book: MarketBook,
  position: Position,
  { isBuy, left, priceX32 }: { isBuy: boolean; left: bigint; priceX32: bigint },
): void {
  const side = sideOf(book, isBuy);
  const shares = left / side.index;
  position.shares += shares;
  position.basis += shares * markOf(book, isBuy, priceX32);
  position.index = side.index;
  position.seen = side.tearUps.length;
  position.isLong = isBuy;
  side.shares += shares;
}

/** An emptied side starts at one again. */
export function removeShares(side: Side, shares: bigint): void {
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
