import type { DeskReport } from "../desk/desk-report.ts";
import type { Hex } from "../hex.ts";
import { UNIT_FINE, ceilDiv, lotsNumber, priceNumber, unitsNumber } from "./fine.ts";
import type { MarketFigures } from "./figures.ts";
import { type MarketBook, settle, sideSize } from "./market-book.ts";
import { type Position, sizeOf } from "./position.ts";
import type { Scenario } from "./scenarios.ts";
import { type Stress, type StressPrice, createStress, lossesOf, setAccount, setPrice } from "./stress.ts";
import { type VenueBook, type VenueFinding, applyVenueEvent, createVenueBook } from "./venue-book.ts";
import type { VenueEvent } from "./venue-event.ts";

/** A venue's exact book and the stress computed from it, brought forward together. */
export interface RiskEngine {
  readonly book: VenueBook;
  readonly stress: Stress;
  /** Number of an account in the columns of stress. */
  readonly numbers: Map<Hex, number>;
  /** Touched since the last {@link refresh}: accounts, and markets of which every position was. */
  readonly dirtyAccounts: Set<Hex>;
  readonly dirtyMarkets: Set<number>;
  readonly prices: Map<number, bigint>;
}

export function createRiskEngine(scenarios: readonly Scenario[]): RiskEngine {
  return {
    book: createVenueBook(),
    stress: createStress(scenarios),
    numbers: new Map(),
    dirtyAccounts: new Set(),
    dirtyMarkets: new Set(),
    prices: new Map(),
  };
}

/** Applies the next event. @returns what it contradicts, or null */
export function applyEvent(engine: RiskEngine, event: VenueEvent): VenueFinding | null {
  const { accounts, market, finding } = applyVenueEvent(engine.book, event);
  for (const account of accounts) engine.dirtyAccounts.add(account);
  if (market !== null) engine.dirtyMarkets.add(market);
  // A tear-up changes what every position of its side is; the accounts learn of it when they are looked at.
  if (event.kind === "torn-up") {
    for (const [name, { positions }] of engine.book.accounts) {
      if (positions.has(event.market)) engine.dirtyAccounts.add(name);
    }
  }
  return finding;
}

/** Brings stress up to the book and to `prices`, computing anew only what was touched. */
export function refresh(engine: RiskEngine, prices: ReadonlyMap<number, bigint>): void {
  for (const [market, price] of prices) {
    const isMoved = engine.prices.get(market) !== price || engine.dirtyMarkets.has(market);
    const book = engine.book.markets.get(market);
    if (isMoved && book !== undefined) setPrice(engine.stress, market, stressPriceOf(book, price));
    engine.prices.set(market, price);
  }
  engine.dirtyMarkets.clear();
  for (const name of engine.dirtyAccounts) syncAccount(engine, name);
  engine.dirtyAccounts.clear();
}

function stressPriceOf(book: MarketBook, priceX32: bigint): StressPrice {
  return {
    price: priceNumber(priceX32),
    longOffset: priceNumber(-book.funding - book.socialised),
    shortOffset: priceNumber(book.socialised - book.funding),
    assetClass: book.assetClass,
  };
}

function syncAccount({ book, stress, numbers }: RiskEngine, name: Hex): void {
  const account = book.accounts.get(name);
  if (account === undefined) return;
  let cash = account.cash;
  const rows = new Map<number, { market: number; lots: number; cost: number }>();
  for (const [number, stored] of account.positions) {
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
  const [longs, shorts] = of === undefined ? [0n, 0n] : [sideSize(of.longs), sideSize(of.shorts)];
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
    const stored = positions.get(number);
    if (stored === undefined || market === undefined) continue;
    const position = { ...stored };
    settle(market, position);
    if (sizeOf(position) > largest) largest = sizeOf(position);
  }
  return largest;
}
