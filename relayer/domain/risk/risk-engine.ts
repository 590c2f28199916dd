import type { DeskReport } from "../desk/desk-report.ts";
import type { Hex } from "../hex.ts";
import { claimsValue } from "../venue/apply-default.ts";
import { UNIT_FINE, ceilDiv, lotsNumber, priceNumber, unitsNumber } from "../venue/fine.ts";
import { type MarketBook, settle } from "../venue/market-book.ts";
import { type Position, sizeOf } from "../venue/position.ts";
import { sizesOf } from "../venue/reduce-venue.ts";
import { type VenueBook, positionsOf } from "../venue/venue-book.ts";
import type { MarketFigures } from "./figures.ts";
import type { Scenario } from "./scenarios.ts";
import { type Stress, type StressPrice, computeWhole, createStress, lossesOf, setAccount, setPrice } from "./stress.ts";

/** A venue's exact book and the stress computed from it. */
export interface RiskEngine {
  readonly book: VenueBook;
  readonly stress: Stress;
  /** Number of an account in the columns of stress. */
  readonly numbers: Map<Hex, number>;
  /** What each market was valued at last. */
  readonly prices: Map<number, StressPrice>;
}

export function createRiskEngine(book: VenueBook, scenarios: readonly Scenario[]): RiskEngine {
  return { book, stress: createStress(scenarios), numbers: new Map(), prices: new Map() };
}

/** Brings stress up to the book and to `prices`, computing anew only what was touched. */
export function refresh(engine: RiskEngine, prices: ReadonlyMap<number, bigint>): void {
  const { book, stress } = engine;
  const { accounts, markets, tornMarkets } = book.changed;
  for (const [number, priceX32] of prices) {
    const market = book.markets.get(number);
    if (market === undefined) continue;
    const price = stressPriceOf(market, priceX32);
    if (isSamePrice(engine.prices.get(number), price)) continue;
    setPrice(stress, number, price);
    engine.prices.set(number, price);
  }
  // A tear-up changes what every position of its side is; the accounts learn of it when they are looked at.
  for (const account of tornMarkets.size === 0 ? [] : book.accounts.values()) {
    if ([...positionsOf(account)].some(([market]) => tornMarkets.has(market))) accounts.add(account.name);
  }
  for (const name of accounts) syncAccount(engine, name);
  accounts.clear();
  markets.clear();
  tornMarkets.clear();
}

/** Computes stressed loss anew, from nothing. @returns markets in which it was another before */
export function recheckStress({ stress, prices }: RiskEngine): readonly number[] {
  const print = (market: number): string => lossesOf(stress, market).join();
  const markets = [0, ...prices.keys()];
  const before = markets.map(print);
  computeWhole(stress);
  return markets.filter((market, index) => print(market) !== before[index]);
}

function isSamePrice(a: StressPrice | undefined, b: StressPrice): boolean {
  return (
    a?.price === b.price &&
    a.longOffset === b.longOffset &&
    a.shortOffset === b.shortOffset &&
    a.assetClass === b.assetClass &&
    a.isFixed === b.isFixed
  );
}

function stressPriceOf(book: MarketBook, priceX32: bigint): StressPrice {
  return {
    price: priceNumber(priceX32),
    longOffset: priceNumber(-book.funding - book.socialised),
    shortOffset: priceNumber(book.socialised - book.funding),
    assetClass: book.assetClass,
    isFixed: book.closing !== null,
  };
}

function syncAccount({ book, stress, numbers }: RiskEngine, name: Hex): void {
  const account = book.accounts.get(name);
  if (account === undefined && !numbers.has(name)) return;
  let cash = account === undefined ? 0n : account.cash + claimsValue(book, account);
  const rows = new Map<number, { market: number; lots: number; cost: number }>();
  for (const [number, stored] of account === undefined ? [] : positionsOf(account)) {
    const market = book.markets.get(number);
    if (market === undefined) continue;
    const position = { ...stored };
    cash += settle(market, position);
    rows.set(number, { market: number, ...rowOf(position) });
  }
  const known = numbers.get(name) ?? null;
  for (const market of heldIn(stress, known)) {
    if (!rows.has(market)) rows.set(market, { market, lots: 0, cost: 0 });
  }
  numbers.set(name, setAccount(stress, { account: known, cash: unitsNumber(cash), positions: [...rows.values()] }));
}

/** Lots and cost, signed so that lots times mark less cost is the position's value. */
function rowOf(position: Position): { readonly lots: number; readonly cost: number } {
  const sign = position.isLong ? 1n : -1n;
  return {
    lots: lotsNumber(sign * sizeOf(position)),
    cost: unitsNumber(sign * position.basis * position.index),
  };
}

function heldIn({ columns }: Stress, account: number | null): readonly number[] {
  const markets: number[] = [];
  let at = account === null ? -1 : (columns.head[account] ?? -1);
  for (; at !== -1; at = columns.next[at] ?? -1) markets.push(columns.market[at] ?? 0);
  return markets;
}

/** What the venue's views say of a market, beside what is rebuilt. */
export interface MarketReading {
  readonly market: number;
  readonly priceX32: bigint;
  readonly insurance: bigint;
  readonly marginE6: number | null;
  readonly desk?: DeskReport;
}

/** Figures of one market, after {@link refresh} at the reading's price. */
export function figuresOf({ book, stress }: RiskEngine, reading: MarketReading): MarketFigures {
  const { market, priceX32, insurance, marginE6, desk } = reading;
  const of = book.markets.get(market);
  const [longs, shorts] = sizesOf(book, market);
  const notional = (sizeFine: bigint): bigint => ceilDiv(sizeFine * priceX32, UNIT_FINE);
  return {
    market,
    priceX32,
    openInterest: notional(longs > shorts ? longs : shorts),
    largest: notional(largestSize(book, market)),
    skew: notional(longs > shorts ? longs - shorts : shorts - longs),
    fund: (of?.fund ?? 0n) / UNIT_FINE,
    insurance,
    shortfall: ceilDiv(of?.shortfall ?? 0n, UNIT_FINE),
    stressed: lossesOf(stress, market),
    marginE6,
    ...(desk === undefined ? {} : { desk }),
  };
}

function largestSize(book: VenueBook, number: number): bigint {
  const market = book.markets.get(number);
  let largest = 0n;
  for (const { positions } of book.accounts.values()) {
    const stored = positions[number] ?? null;
    if (stored === null || market === undefined) continue;
    const position = { ...stored };
    settle(market, position);
    if (sizeOf(position) > largest) largest = sizeOf(position);
  }
  return largest;
}
