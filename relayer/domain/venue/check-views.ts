import type { Hex } from "../hex.ts";
import { claimsValue } from "./apply-default.ts";
import { UNIT_FINE, ceilDiv } from "./fine.ts";
import { markOf, settle, sideSize } from "./market-book.ts";
import { valueOf } from "./position.ts";
import { positionsOf, type VenueBook } from "./venue-book.ts";

/** What the venue's own views say of a market, at the block up to which events were applied. */
export interface MarketViews {
  readonly market: number;
  readonly priceX32: bigint;
  readonly openInterest: bigint;
  readonly skewFine: bigint;
  readonly fundFine: bigint;
  readonly shortfallFine: bigint;
}

/** What `standing` says of an account. */
export interface StandingView {
  readonly account: Hex;
  readonly equityFine: bigint;
  readonly cashFine: bigint;
}

/** One thing that the views and the rebuilt book disagree on. */
export interface ViewDifference {
  readonly what: "open-interest" | "skew" | "fund" | "shortfall" | "equity" | "cash";
  readonly of: number | Hex;
  readonly seen: bigint;
  readonly rebuilt: bigint;
}

/** Where the rebuilt book and the contract differ at the same block. Nothing, unless events were missed. */
export function compareWithViews(
  book: VenueBook,
  views: { markets: readonly MarketViews[]; standings: readonly StandingView[] },
): readonly ViewDifference[] {
  const prices = new Map(views.markets.map(({ market, priceX32 }) => [market, priceX32]));
  return [
    ...views.markets.flatMap((view) => compareMarket(book, view)),
    ...views.standings.flatMap((view) => compareStanding(book, view, prices)),
  ];
}

function compareMarket(book: VenueBook, view: MarketViews): readonly ViewDifference[] {
  const market = book.markets.get(view.market);
  const [longs, shorts] =
    market === undefined ? [0n, 0n] : ([sideSize(market.longs), sideSize(market.shorts)] as const);
  const larger = longs > shorts ? longs : shorts;
  const of = view.market;
  return [
    { what: "open-interest", of, seen: view.openInterest, rebuilt: ceilDiv(larger * view.priceX32, UNIT_FINE) },
    { what: "skew", of, seen: view.skewFine, rebuilt: longs - shorts },
    { what: "fund", of, seen: view.fundFine, rebuilt: market?.fund ?? 0n },
    { what: "shortfall", of, seen: view.shortfallFine, rebuilt: market?.shortfall ?? 0n },
  ].filter(isDifferent) as ViewDifference[];
}

function compareStanding(
  book: VenueBook,
  view: StandingView,
  prices: ReadonlyMap<number, bigint>,
): readonly ViewDifference[] {
  const { cash, equity } = standingOf(book, view.account, prices);
  const of = view.account;
  return [
    { what: "cash", of, seen: view.cashFine, rebuilt: cash },
    { what: "equity", of, seen: view.equityFine, rebuilt: equity },
  ].filter(isDifferent) as ViewDifference[];
}

/** An account's cash and equity at `prices`, everything that it has not seen applied. Changes nothing. */
export function standingOf(
  book: VenueBook,
  who: Hex,
  prices: ReadonlyMap<number, bigint>,
): { readonly cash: bigint; readonly equity: bigint } {
  const account = book.accounts.get(who);
  let cash = account?.cash ?? 0n;
  let value = account === undefined ? 0n : claimsValue(book, account);
  for (const [number, stored] of account === undefined ? [] : positionsOf(account)) {
    const market = book.markets.get(number);
    if (market === undefined) continue;
    const position = { ...stored };
    cash += settle(market, position);
    value += valueOf(position, markOf(market, position.isLong, prices.get(number) ?? 0n));
  }
  return { cash, equity: cash + value };
}

function isDifferent({ seen, rebuilt }: { seen: bigint; rebuilt: bigint }): boolean {
  return seen !== rebuilt;
}
