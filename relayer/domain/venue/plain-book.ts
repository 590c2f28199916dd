import { MARKETS } from "../incident/posture.ts";
import type { MarketBook } from "./market-book.ts";
import { type VenueAccount, type VenueBook, createVenueBook, positionsOf } from "./venue-book.ts";

/** All that a venue's book says, without what is only there to undo blocks. */
export interface PlainBook {
  readonly markets: readonly MarketBook[];
  readonly accounts: readonly VenueAccount[];
}

/** As `book` is now: nothing is copied. */
export function plainBookOf({ markets, accounts }: VenueBook): PlainBook {
  return { markets: [...markets.values()], accounts: [...accounts.values()] };
}

/** The book that `plain` says, everything in it new; null where it says something that no book can. Takes its parts over. */
export function bookOfPlain({ markets, accounts }: PlainBook): VenueBook | null {
  const book = createVenueBook();
  for (const market of markets) {
    if (book.markets.has(market.market) || market.market >= MARKETS) return null;
    book.markets.set(market.market, { ...market, imagedIn: null });
    book.changed.markets.add(market.market);
  }
  for (const account of accounts) {
    if (book.accounts.has(account.name) || !fitsMarkets(book, account)) return null;
    book.accounts.set(account.name, account);
    book.changed.accounts.add(account.name);
  }
  return book;
}

function fitsMarkets({ markets }: VenueBook, account: VenueAccount): boolean {
  for (const [number, { isLong, seen, shares, index }] of positionsOf(account)) {
    const market = markets.get(number);
    if (market === undefined || shares <= 0n || index <= 0n) return false;
    if (seen > (isLong ? market.longs : market.shorts).tearUps.length) return false;
  }
  return [...(account.claims?.keys() ?? [])].every((market) => markets.has(market));
}
