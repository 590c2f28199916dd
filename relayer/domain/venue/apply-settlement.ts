import { QUANTUM_FINE, quantaOf } from "./fine.ts";
import { abandon, type MarketBook, markOf, settle } from "./market-book.ts";
import { valueOf } from "./position.ts";
import { accountOf, dropEmpty, touchCash, touchMarket, touchPosition } from "./touch.ts";
import { imageClaims } from "./undo.ts";
import type { VenueBook, VenueFinding } from "./venue-book.ts";
import type {
  ClaimPaid,
  DustSwept,
  MarketClosed,
  PositionSettled,
  SettlementConcluded,
  SettlementDeficit,
} from "./venue-event.ts";

/* The wind-down of a market: it is closed, everybody is settled, one haircut is fixed, claims are paid. */

export function applyWindDown(market: MarketBook, event: MarketClosed | SettlementDeficit): void {
  if (event.kind === "market-closed") {
    market.closing = { priceX32: event.priceX32, claims: 0n, deficit: 0n, rate: null };
  } else if (market.closing !== null) {
    market.closing.deficit += event.fine;
  }
}

/** A debtor pays; a gain becomes a claim of whole quanta, and what does not divide is dust. */
export function applyPositionSettled(book: VenueBook, event: PositionSettled): VenueFinding | null {
  const market = touchMarket(book, event.market);
  const { closing } = market;
  if (closing === null) return { kind: "no-settlement", market: event.market, account: event.account };
  const account = accountOf(book, event.account);
  const position = touchPosition(book, account, market);
  account.cash += settle(market, position);
  const value = valueOf(position, markOf(market, position.isLong, closing.priceX32));
  abandon(market, position);
  dropEmpty(account, event.market);
  const [cash, quanta] = value > 0n ? [0n, quantaOf(value)] : [value, 0n];
  account.cash += cash;
  if (quanta !== 0n) {
    imageClaims(book, account);
    account.claims ??= new Map();
    account.claims.set(event.market, (account.claims.get(event.market) ?? 0n) + quanta);
    closing.claims += quanta;
  }
  const isSame = cash === event.cashFine && quanta === event.quanta;
  return isSame ? null : { kind: "cash-differs", market: event.market, account: event.account };
}

/** The conclusion begins: an old shortfall is borne with what debtors could not pay. */
export function applyDust(book: VenueBook, { market: number, cashFine }: DustSwept): VenueFinding | null {
  const market = touchMarket(book, number);
  const { closing } = market;
  if (closing === null) return { kind: "no-settlement", market: number, account: null };
  closing.deficit += market.shortfall;
  market.shortfall = 0n;
  if (cashFine < 0n) closing.deficit -= cashFine;
  else market.fund += cashFine;
  return null;
}

/** Claims bear what is missing still, the same part of each; what that rounds off is the fund's. */
export function applyConclusion(book: VenueBook, event: SettlementConcluded): VenueFinding | null {
  const market = touchMarket(book, event.market);
  const { closing } = market;
  if (closing === null) return { kind: "no-settlement", market: event.market, account: null };
  const missing = closing.deficit;
  const claims = closing.claims * QUANTUM_FINE;
  const covered = missing < claims ? missing : claims;
  closing.deficit = 0n;
  closing.rate = closing.claims === 0n ? 0n : event.payableFine / closing.claims;
  market.fund += claims - covered - event.payableFine;
  market.shortfall = event.uncoveredFine;
  for (const account of book.accounts.values()) {
    if (account.claims?.has(event.market) === true) book.changed.accounts.add(account.name);
  }
  const isSame = claims === event.claimsFine && missing - covered === event.uncoveredFine;
  return isSame ? null : { kind: "claims-differ", market: event.market, account: null };
}

export function applyClaimPaid(book: VenueBook, event: ClaimPaid): VenueFinding | null {
  const market = touchMarket(book, event.market);
  const account = touchCash(book, accountOf(book, event.account));
  imageClaims(book, account);
  const quanta = account.claims?.get(event.market) ?? 0n;
  account.claims?.delete(event.market);
  account.cash += event.fine;
  const { closing } = market;
  if (closing !== null) closing.claims -= quanta;
  const isSame = quanta !== 0n && event.fine === quanta * (closing?.rate ?? 0n);
  return isSame ? null : { kind: "claims-differ", market: event.market, account: event.account };
}
