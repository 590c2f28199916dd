import type { Hex } from "../hex.ts";
import { MARKETS } from "../incident/posture.ts";
import { QUANTUM_FINE } from "./fine.ts";
import { abandon, type MarketBook, markOf, restore, settle } from "./market-book.ts";
import { type Position, valueOf } from "./position.ts";
import { accountOf, touchCash, touchMarket, touchPosition } from "./touch.ts";
import { positionsOf, type VenueAccount, type VenueBook, type VenueFinding } from "./venue-book.ts";
import type { DefaultDeferred } from "./venue-event.ts";

/*
 * A default closes everything of an account, whoever pays, and its equity is nothing then (P12). What follows tells who has
 * paid. Two things stay: positions in markets that are wound down, each of which is settled by an event of its own, and
 * those in halted markets, of which the default's last event tells.
 */

export function applyDefault(book: VenueBook, name: Hex): void {
  const account = touchCash(book, accountOf(book, name));
  const closed = new Map<number, Position>();
  // Equity is nothing: cash is the opposite of what else it has, or is about to lose.
  account.cash = -claimsValue(book, account);
  for (const [number] of [...positionsOf(account)]) {
    const market = touchMarket(book, number);
    const position = touchPosition(book, account, market);
    settle(market, position);
    if (market.closing !== null) {
      account.cash -= valueOf(position, markOf(market, position.isLong, market.closing.priceX32));
      continue;
    }
    closed.set(number, { ...position });
    abandon(market, position);
    account.positions[number] = null;
  }
  book.defaulted = { account: name, closed };
}

/** Positions in halted markets stay after all, and the account's cash is as the venue says. */
export function applyDeferral(book: VenueBook, event: DefaultDeferred): VenueFinding | null {
  const { defaulted } = book;
  if (defaulted?.account !== event.account) return { kind: "size-differs", market: 0, account: event.account };
  const account = touchCash(book, accountOf(book, event.account));
  account.cash = event.cashFine;
  for (let number = 0; number < MARKETS; number += 1) {
    if (((event.markets >>> number) & 1) === 0) continue;
    const position = defaulted.closed.get(number);
    if (position === undefined) return { kind: "size-differs", market: number, account: event.account };
    const market = touchMarket(book, number);
    Object.assign(touchPosition(book, account, market), position);
    restore(market, position);
  }
  book.defaulted = null;
  return null;
}

/** What markets that are wound down owe the account, in fine cash; before the conclusion without a haircut. */
export function claimsValue(book: VenueBook, { claims }: VenueAccount): bigint {
  let fine = 0n;
  for (const [number, quanta] of claims ?? []) fine += quanta * rateOf(book.markets.get(number));
  return fine;
}

function rateOf(market: MarketBook | undefined): bigint {
  const closing = market?.closing ?? null;
  return closing === null ? 0n : (closing.rate ?? QUANTUM_FINE);
}
