import type { Hex } from "../hex.ts";
import { MARKETS } from "../incident/posture.ts";
import { QUANTUM_FINE } from "./fine.ts";
import { abandon, type MarketBook, markOf, settle } from "./market-book.ts";
import { valueOf } from "./position.ts";
import { accountOf, touchCash, touchMarket, touchPosition } from "./touch.ts";
import { positionsOf, type VenueAccount, type VenueBook, type VenueFinding } from "./venue-book.ts";
import type { EstateFormed } from "./venue-event.ts";

/*
 * A default closes everything of an account, whoever pays, and its equity is nothing then (P12). What follows tells who has
 * paid. Positions in markets that are wound down stay: each is settled by an event of its own. Those in halted markets have
 * passed to an estate, of which the event before tells. An estate may be closed with something left, which its last event
 * tells.
 */

export function applyDefault(book: VenueBook, name: Hex): void {
  const account = touchCash(book, accountOf(book, name));
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
    abandon(market, position);
    account.positions[number] = null;
  }
}

/** Positions in halted markets are an estate's from now on, as they are, with the cash that the venue says. */
export function applyEstate(book: VenueBook, event: EstateFormed): VenueFinding | null {
  const account = accountOf(book, event.account);
  const estate = touchCash(book, accountOf(book, event.estate));
  estate.cash = event.cashFine;
  for (let number = 0; number < MARKETS; number += 1) {
    if (((event.markets >>> number) & 1) === 0) continue;
    if ((account.positions[number] ?? null) === null) {
      return { kind: "size-differs", market: number, account: event.account };
    }
    const market = touchMarket(book, number);
    const position = touchPosition(book, account, market);
    settle(market, position);
    Object.assign(touchPosition(book, estate, market), position);
    account.positions[number] = null;
  }
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
