import type { Hex } from "../hex.ts";
import { PPM, UNIT_FINE } from "./fine.ts";
import {
  type MarketBook,
  createMarketBook,
  removeShares,
  settle,
  sideOf,
  socialise,
  tear,
  trade,
} from "./market-book.ts";
import { type Position, empty, emptyPosition, sizeOf } from "./position.ts";
import type { Liquidated, Settled, TornUp, Traded, VenueEvent } from "./venue-event.ts";

/** One trader. */
export interface VenueAccount {
  /** Fine cash. */
  cash: bigint;
  /** By market. */
  readonly positions: Map<number, Position>;
}

/** A venue as its events tell it. Market 0 is the shared fund. */
export interface VenueBook {
  readonly markets: Map<number, MarketBook>;
  readonly accounts: Map<Hex, VenueAccount>;
}

/** What an event says and what follows from the ones before it differ: one of them was missed, or is not the venue's. */
export interface VenueFinding {
  readonly kind: "cash-differs" | "size-differs" | "tear-up-differs";
  readonly market: number;
  readonly account: Hex | null;
}

/** What an event changed: whose positions, and which markets as a whole. */
export interface VenueChange {
  readonly accounts: readonly Hex[];
  readonly market: number | null;
  readonly finding: VenueFinding | null;
}

export const createVenueBook = (): VenueBook => ({ markets: new Map(), accounts: new Map() });

/** Brings `book` forward by one event. Events are given in chain order, each once. */
export function applyVenueEvent(book: VenueBook, event: VenueEvent): VenueChange {
  switch (event.kind) {
    case "deposited":
      return addCash(book, event.account, event.units * UNIT_FINE);
    case "withdrawn":
      return addCash(book, event.account, -event.units * UNIT_FINE);
    case "traded":
      return applyTrade(book, event);
    case "liquidated":
      return applyLiquidation(book, event);
    case "settled":
      return applySettlement(book, event);
    case "defaulted":
      return applyDefault(book, event.account);
    case "torn-up":
      return applyTearUp(book, event);
    default:
      return applyToMarket(book, event);
  }
}

type MarketEvent = Exclude<
  VenueEvent,
  { kind: "deposited" | "withdrawn" | "traded" | "liquidated" | "settled" | "defaulted" | "torn-up" }
>;

function applyToMarket(book: VenueBook, event: MarketEvent): VenueChange {
  const market = marketOf(book, event.market);
  switch (event.kind) {
    case "market-listed":
      market.firstOctave = event.firstOctave;
      break;
    case "market-set":
      market.assetClass = event.assetClass;
      market.fundSharePpm = BigInt(event.fundSharePpm);
      break;
    case "contributed":
      market.fund += event.units * UNIT_FINE;
      break;
    case "fund-drawn":
      marketOf(book, event.isShared ? 0 : event.market).fund -= event.fine;
      break;
    case "shortfall-repaid":
      // Announced before the income that repays it is booked, all of it, to the fund.
      market.fund -= event.fine;
      market.shortfall -= event.fine;
      break;
    case "loss-socialised":
      socialise(market, event.takenFine);
      market.shortfall += event.uncoveredFine;
      break;
    case "funding-accrued":
      market.funding = event.funding;
      break;
  }
  return { accounts: [], market: event.market, finding: null };
}

function applyTrade(book: VenueBook, event: Traded): VenueChange {
  const { account, sizeFine, priceX32, feeUnits } = event;
  const market = marketOf(book, event.market);
  const fee = feeUnits * UNIT_FINE;
  const { cash, position } = touch(book, account, market);
  const realised = trade(market, position, { sizeFine, priceX32 });
  accountOf(book, account).cash = cash + realised - fee;
  drop(book, account, market.market);
  market.fund += (fee * market.fundSharePpm) / PPM;
  const finding: VenueFinding | null =
    realised - fee === event.cashFine ? null : { kind: "cash-differs", market: market.market, account };
  return { accounts: [account], market: null, finding };
}

function applyLiquidation(book: VenueBook, event: Liquidated): VenueChange {
  const { account, liquidator, sizeFine, priceX32, feeUnits } = event;
  const market = marketOf(book, event.market);
  const fee = feeUnits * UNIT_FINE;
  for (const [who, size, paid] of [
    [account, sizeFine, fee],
    [liquidator, -sizeFine, 0n],
  ] as const) {
    const { cash, position } = touch(book, who, market);
    const realised = trade(market, position, { sizeFine: size, priceX32 });
    accountOf(book, who).cash = cash + realised - paid;
    drop(book, who, market.market);
  }
  market.fund += fee;
  return { accounts: [account, liquidator], market: null, finding: null };
}

function applySettlement(book: VenueBook, event: Settled): VenueChange {
  const market = marketOf(book, event.market);
  const account = accountOf(book, event.account);
  const position = account.positions.get(event.market) ?? emptyPosition();
  const cash = settle(market, position, event.seen);
  account.cash += cash;
  drop(book, event.account, event.market);
  const isSame = cash === event.cashFine && sizeOf(position) === event.sizeFine;
  const finding: VenueFinding | null = isSame
    ? null
    : { kind: "size-differs", market: event.market, account: event.account };
  return { accounts: [event.account], market: null, finding };
}

/** Everything of the account is closed, whoever pays, and it ends with nothing (P12). */
function applyDefault(book: VenueBook, who: Hex): VenueChange {
  const account = accountOf(book, who);
  for (const [market, position] of account.positions) {
    const of = marketOf(book, market);
    settle(of, position);
    removeShares(sideOf(of, position.isLong), position.shares);
    empty(position);
  }
  account.positions.clear();
  account.cash = 0n;
  return { accounts: [who], market: null, finding: null };
}

function applyTearUp(book: VenueBook, event: TornUp): VenueChange {
  const market = marketOf(book, event.market);
  const side = sideOf(market, event.isLongSide);
  const isNext = side.tearUps.length === event.number && side.index === event.indexBefore;
  tear(side, { mark: event.mark, indexAfter: event.indexAfter, cut: event.cut });
  const finding: VenueFinding | null = isNext ? null : { kind: "tear-up-differs", market: event.market, account: null };
  return { accounts: [], market: event.market, finding };
}

/** The account's position in the market, up to date, and its cash with what that booked. */
function touch(book: VenueBook, who: Hex, market: MarketBook): { readonly cash: bigint; readonly position: Position } {
  const account = accountOf(book, who);
  const position = account.positions.get(market.market) ?? emptyPosition();
  account.positions.set(market.market, position);
  account.cash += settle(market, position);
  return { cash: account.cash, position };
}

function drop(book: VenueBook, who: Hex, market: number): void {
  const { positions } = accountOf(book, who);
  if (positions.get(market)?.shares === 0n) positions.delete(market);
}

function addCash(book: VenueBook, who: Hex, fine: bigint): VenueChange {
  accountOf(book, who).cash += fine;
  return { accounts: [who], market: null, finding: null };
}

export function accountOf(book: VenueBook, who: Hex): VenueAccount {
  const known = book.accounts.get(who);
  if (known !== undefined) return known;
  const account: VenueAccount = { cash: 0n, positions: new Map() };
  book.accounts.set(who, account);
  return account;
}

export function marketOf(book: VenueBook, number: number): MarketBook {
  const known = book.markets.get(number);
  if (known !== undefined) return known;
  const market = createMarketBook(number);
  book.markets.set(number, market);
  return market;
}
