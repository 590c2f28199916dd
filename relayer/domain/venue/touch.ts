import type { Hex } from "../hex.ts";
import { createMarketBook, type MarketBook } from "./market-book.ts";
import { emptyPosition, type Position } from "./position.ts";
import { CASH_ALONE, imageHolding, imageMarket } from "./undo.ts";
import type { VenueAccount, VenueBook } from "./venue-book.ts";

/* Everything that an event changes is got here: what stood there is put aside, and that it changed is noted. */

/** The account, its cash to be changed. */
export function touchCash(book: VenueBook, account: VenueAccount): VenueAccount {
  imageHolding(book, account, CASH_ALONE);
  book.changed.accounts.add(account.name);
  return account;
}

/** The account's position in the market, it and the account's cash to be changed. */
export function touchPosition(book: VenueBook, account: VenueAccount, { market }: MarketBook): Position {
  imageHolding(book, account, market);
  book.changed.accounts.add(account.name);
  let position = account.positions[market] ?? null;
  if (position === null) {
    position = emptyPosition();
    account.positions[market] = position;
  }
  return position;
}

/** Forgets a position that is no more. */
export function dropEmpty(account: VenueAccount, market: number): void {
  if (account.positions[market]?.shares === 0n) account.positions[market] = null;
}

/** The market, to be changed. */
export function touchMarket(book: VenueBook, number: number): MarketBook {
  const market = marketOf(book, number);
  imageMarket(book, market);
  book.changed.markets.add(number);
  return market;
}

export function accountOf(book: VenueBook, name: Hex): VenueAccount {
  const known = book.accounts.get(name);
  if (known !== undefined) return known;
  const account: VenueAccount = { name, cash: 0n, positions: [], claims: null };
  book.accounts.set(name, account);
  book.images.push({ of: "new-account", account: name });
  return account;
}

function marketOf(book: VenueBook, number: number): MarketBook {
  const known = book.markets.get(number);
  if (known !== undefined) return known;
  const market = createMarketBook(number);
  book.markets.set(number, market);
  book.images.push({ of: "new-market", market: number });
  market.imagedIn = book.images;
  return market;
}
