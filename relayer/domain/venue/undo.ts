import type { MarketBook } from "./market-book.ts";
import { emptyPosition } from "./position.ts";
import type { Image, MarketImage, VenueAccount, VenueBook } from "./venue-book.ts";

/*
 * The way back. Before an event changes something, what stood there is put aside, by block; undoing a block puts it all
 * back, the latest first. What a position was is kept a position at a time, because trades are most of what happens; what
 * a market was, once in a block.
 */

/** Instead of a market: an account's cash and no position. */
export const CASH_ALONE = -1;

/** From here on changes belong to block `number`. */
export function beginBlock(book: VenueBook, number: number): void {
  const images: Image[] = [];
  book.images = images;
  book.blocks.push({ number, images });
}

/** Puts aside what `account` has in cash and in `market`, or {@link CASH_ALONE}. */
export function imageHolding({ images }: VenueBook, account: VenueAccount, market: number): void {
  const position = account.positions[market] ?? null;
  const { shares, basis, isLong, index, seen } = position ?? NOTHING;
  images.push({ of: "holding", account, cash: account.cash, market, position, shares, basis, isLong, index, seen });
}

const NOTHING = emptyPosition();

export function imageClaims({ images }: VenueBook, account: VenueAccount): void {
  images.push({ of: "claims", account, claims: account.claims === null ? null : new Map(account.claims) });
}

/** Puts aside what the market is, unless this block has done so. */
export function imageMarket({ images }: VenueBook, market: MarketBook): void {
  if (market.imagedIn === images) return;
  market.imagedIn = images;
  const { longs, shorts, closing } = market;
  images.push({
    of: "market",
    book: market,
    before: {
      ...market,
      longs: { ...longs },
      shorts: { ...shorts },
      closing: closing === null ? null : { ...closing },
    },
    tearUps: [longs.tearUps.length, shorts.tearUps.length],
  });
}

/** Undoes every block but the first `kept`, the latest first. */
export function undoBlocks(book: VenueBook, kept: number): void {
  for (const { images } of book.blocks.splice(kept).toReversed()) {
    for (let at = images.length - 1; at >= 0; at -= 1) putBack(book, images[at] as Image);
  }
  book.images = book.blocks.at(-1)?.images ?? [];
}

/** Undoes every block after `block`. */
export function rewindBook(book: VenueBook, block: number): void {
  undoBlocks(book, book.blocks.findLastIndex(({ number }) => number <= block) + 1);
}

/** Forgets how to undo blocks up to `block`. */
export function finaliseBook(book: VenueBook, block: number): void {
  const first = book.blocks.findIndex(({ number }) => number > block);
  book.blocks.splice(0, first < 0 ? book.blocks.length : first);
}

function putBack(book: VenueBook, image: Image): void {
  switch (image.of) {
    case "holding": {
      const { account, cash, market, position, shares, basis, isLong, index, seen } = image;
      account.cash = cash;
      if (market !== CASH_ALONE) account.positions[market] = position;
      if (position !== null) Object.assign(position, { shares, basis, isLong, index, seen });
      book.changed.accounts.add(account.name);
      return;
    }
    case "claims":
      image.account.claims = image.claims === null ? null : new Map(image.claims);
      book.changed.accounts.add(image.account.name);
      return;
    case "new-account":
      book.accounts.delete(image.account);
      return;
    case "market":
      return putBackMarket(book, image);
    case "new-market":
      book.markets.delete(image.market);
      return;
  }
}

function putBackMarket(book: VenueBook, { book: market, before, tearUps }: MarketImage): void {
  const { longs, shorts } = market;
  Object.assign(market, before, { longs, shorts, imagedIn: null });
  for (const [side, was, count] of [
    [longs, before.longs, tearUps[0]],
    [shorts, before.shorts, tearUps[1]],
  ] as const) {
    if (side.tearUps.length > count) book.changed.tornMarkets.add(market.market);
    side.shares = was.shares;
    side.index = was.index;
    side.tearUps.length = count;
  }
  book.changed.markets.add(market.market);
}
