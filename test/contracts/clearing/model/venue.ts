import {
  add,
  type Book,
  type Cash,
  ceilDiv,
  createBook,
  dustValue,
  least,
  LOT_FINE,
  sideSize,
  sizeOf,
  trade,
  UNIT_FINE,
  valueOf,
} from "./book.ts";
import { createHalts, type Halts, haltedSeconds, isHalted } from "./halts.ts";
import { premiumOf, rebateOf, reliefOf } from "./rewards.ts";

/** As `MarketParams`, the part that the model knows. */
export interface Params {
  readonly initialPpm: bigint;
  readonly maintenancePpm: bigint;
  readonly openInterestLow: bigint;
  readonly openInterestHigh: bigint;
  readonly openInterestCap: bigint;
  readonly concentrationUnits: bigint;
  readonly fillBandPpm: bigint;
  readonly takerFeePpm: bigint;
  readonly makerFeePpm: bigint;
  readonly fundSharePpm: bigint;
  readonly fundingCapPpm: bigint;
  readonly discountLowPpm: bigint;
  readonly discountHighPpm: bigint;
  readonly liquidationFeePpm: bigint;
  readonly closePpm: bigint;
  readonly haircutCapPpm: bigint;
  readonly fundDrawPpm: bigint;
  readonly sharedDrawPpm: bigint;
  readonly minimumLots: bigint;
  readonly rebatePpm: bigint;
  readonly rewardUnits: bigint;
}

/** What has been drawn lately, in units, decaying within a day. */
export interface Drawn {
  passed: bigint;
  at: bigint;
}

/** A market that is wound down. */
interface Closing {
  /** trader => quanta */
  readonly claims: Map<number, bigint>;
  deficit: bigint;
  /** What a quantum brings; undefined until the conclusion. */
  rate: bigint | undefined;
}

export interface Market {
  readonly book: Book;
  readonly budget: { units: bigint; taken: bigint; until: bigint };
  /** In the order of nomination; undefined: pro rata. */
  readonly nominees: { readonly long: number[]; readonly short: number[] } | undefined;
  closing: Closing | undefined;
  readonly halts: Halts;
  /** Of {@link haltedSeconds}, those that funding has been kept from already. */
  haltedAccrued: bigint;
  readonly ownDrawn: Drawn;
  readonly sharedDrawn: Drawn;
  price: bigint;
  average: bigint;
  /** The price seen last, and the average at which the market would be settled. */
  last: bigint;
  longAverage: bigint;
  averageAt: bigint;
  premiumPpm: bigint;
  premiumAt: bigint;
  accruedAt: bigint;
  fund: bigint;
  shortfall: bigint;
}

/** A whole venue: what accounts have, and every market's book. */
export interface Venue {
  readonly params: Params;
  readonly offsetPpm: bigint;
  readonly cash: Cash;
  readonly markets: Map<number, Market>;
  /** Markets that are halted; 0 is the whole protocol. */
  readonly halted: Set<number>;
  /** Traders who are nobody: what was left of defaulters in halted markets. */
  readonly estates: number[];
  now: bigint;
  fees: bigint;
  sharedFund: bigint;
  sharedShortfall: bigint;
  /** Of the shared fund, for accounts without positions. */
  readonly flatDrawn: Drawn;
}

export interface Standing {
  readonly equity: bigint;
  readonly cash: bigint;
  readonly initial: bigint;
  readonly maintenance: bigint;
}

const PPM = 1_000_000n;
const HOUR = 3_600n;
const DAY = 24n * HOUR;

export interface Listing {
  readonly price: bigint;
  readonly isRanked: boolean;
}

export function createVenue(params: Params, offsetPpm: bigint, now: bigint): Venue {
  return {
    params,
    offsetPpm,
    cash: new Map(),
    markets: new Map(),
    halted: new Set(),
    estates: [],
    now,
    fees: 0n,
    sharedFund: 0n,
    sharedShortfall: 0n,
    flatDrawn: { passed: 0n, at: 0n },
  };
}

export function listMarket(venue: Venue, market: number, { price, isRanked }: Listing): void {
  venue.markets.set(market, {
    book: createBook(price),
    budget: { units: 0n, taken: 0n, until: 0n },
    nominees: isRanked ? { long: [], short: [] } : undefined,
    closing: undefined,
    halts: createHalts(),
    haltedAccrued: 0n,
    ownDrawn: { passed: 0n, at: 0n },
    sharedDrawn: { passed: 0n, at: 0n },
    price,
    average: price,
    last: price,
    longAverage: price,
    averageAt: venue.now,
    premiumPpm: 0n,
    premiumAt: venue.now,
    accruedAt: venue.now,
    fund: 0n,
    shortfall: 0n,
  });
}

export const notionalOf = (size: bigint, price: bigint) => ceilDiv(size * price, UNIT_FINE);
export const larger = (a: bigint, b: bigint) => (a > b ? a : b);

function openInterest({ book, price }: Market): bigint {
  return notionalOf(larger(sideSize(book, true), sideSize(book, false)), price);
}

function initialPpm({ params }: Venue, market: Market, notional: bigint): bigint {
  const interest = openInterest(market);
  if (interest >= params.openInterestHigh) return PPM;
  let ppm = params.initialPpm;
  if (interest > params.openInterestLow) {
    const range = params.openInterestHigh - params.openInterestLow;
    ppm += ceilDiv((interest - params.openInterestLow) * (PPM - ppm), range);
  }
  ppm += ceilDiv(notional * PPM, params.concentrationUnits);
  return least(ppm, PPM);
}

/** Fine cash in a quantum of a claim. */
export const QUANTUM = 1n << 72n;

/** Claims on a market whose haircut is not known count unless risk is added or collateral taken out. */
function claimsOf(venue: Venue, trader: number, countsPending: boolean): bigint {
  let sum = 0n;
  for (const { closing } of venue.markets.values()) {
    const rate = closing?.rate ?? (countsPending ? QUANTUM : 0n);
    sum += (closing?.claims.get(trader) ?? 0n) * rate;
  }
  return sum;
}

export function standingOf(venue: Venue, trader: number, countsPending = true): Standing {
  const cash = venue.cash.get(trader) ?? 0n;
  let equity = cash + claimsOf(venue, trader, countsPending);
  const initial = { long: 0n, short: 0n };
  const maintenance = { long: 0n, short: 0n };
  for (const market of venue.markets.values()) {
    const position = market.book.positions.get(trader);
    if (position === undefined) continue;
    equity += valueOf(market.book, position, market.price);
    if (market.closing !== undefined) continue;
    const notional = notionalOf(sizeOf(market.book, position), market.price);
    const direction = position.isLong ? "long" : "short";
    initial[direction] += ceilDiv(notional * initialPpm(venue, market, notional), PPM);
    maintenance[direction] += ceilDiv(notional * venue.params.maintenancePpm, PPM);
  }
  const offset = ({ long, short }: typeof initial) => long + short - (least(long, short) * venue.offsetPpm) / PPM;
  return { equity, cash, initial: offset(initial), maintenance: offset(maintenance) };
}

export const isCovered = ({ equity, initial }: Standing) => equity >= initial * UNIT_FINE;

export function isDust({ params }: Venue, { book }: Market, trader: number): boolean {
  const position = book.positions.get(trader);
  const size = position === undefined ? 0n : sizeOf(book, position);
  return size >= LOT_FINE && ceilDiv(size, LOT_FINE) < params.minimumLots;
}

export function accrue(venue: Venue, market: Market): void {
  if (market.closing !== undefined) return;
  const halted = haltedSeconds(venue.now, market.halts);
  const running = venue.now - market.accruedAt - (halted - market.haltedAccrued);
  market.haltedAccrued = halted;
  market.accruedAt = venue.now;
  market.book.funding += (market.average * market.premiumPpm * running) / (PPM * 8n * HOUR);
}

export function accrueAll(venue: Venue, trader: number): void {
  for (const market of venue.markets.values()) {
    if (market.book.positions.has(trader)) accrue(venue, market);
  }
}

export function updateAverage(venue: Venue, market: Market): void {
  const elapsed = venue.now - market.averageAt;
  if (elapsed !== 0n) {
    const counted = least(elapsed, HOUR);
    market.average = (market.average * 1_800n + market.last * elapsed) / (1_800n + elapsed);
    market.longAverage = (market.longAverage * DAY + market.last * counted) / (DAY + counted);
  }
  market.last = market.price;
  market.averageAt = venue.now;
}

function updatePremium(venue: Venue, market: Market, fill: bigint): void {
  const premium = premiumOf(fill, market.price, venue.params.fundingCapPpm);
  const elapsed = venue.now - market.premiumAt;
  market.premiumPpm = (market.premiumPpm * HOUR + premium * elapsed) / (HOUR + elapsed);
  market.premiumAt = venue.now;
}

export function payFund(market: Market, fine: bigint): void {
  const repaid = least(fine, market.shortfall);
  market.shortfall -= repaid;
  market.fund += fine - repaid;
}

export function deposit(venue: Venue, trader: number, units: bigint): void {
  add(venue.cash, trader, units * UNIT_FINE);
}

export function withdraw(venue: Venue, trader: number, units: bigint): boolean {
  accrueAll(venue, trader);
  const { cash, equity, initial } = standingOf(venue, trader, false);
  const free = least(cash, equity) - initial * UNIT_FINE;
  if (free < units * UNIT_FINE) return false;
  add(venue.cash, trader, -units * UNIT_FINE);
  return true;
}

export interface Fill {
  readonly market: number;
  readonly maker: number;
  readonly taker: number;
  readonly takerIsBuy: boolean;
  readonly lots: bigint;
  readonly price: bigint;
}

/** Whether the fill goes through. When it does not, the venue is to be thrown away. */
export function fill(venue: Venue, request: Fill): boolean {
  const market = venue.markets.get(request.market)!;
  const { params } = venue;
  if (market.closing !== undefined || isHalted(venue, request.market)) return false;
  accrueAll(venue, request.maker);
  accrueAll(venue, request.taker);
  accrue(venue, market);
  const apart = larger(request.price - market.price, market.price - request.price);
  if (apart * PPM > market.price * params.fillBandPpm) return false;
  const relief = reliefOf(market.premiumPpm, premiumOf(request.price, market.price, params.fundingCapPpm));
  updatePremium(venue, market, request.price);
  updateAverage(venue, market);

  const size = request.lots * LOT_FINE;
  const legs = [
    { trader: request.maker, isBuy: !request.takerIsBuy, feePpm: params.makerFeePpm },
    { trader: request.taker, isBuy: request.takerIsBuy, feePpm: params.takerFeePpm },
  ].map((leg) => {
    const held = market.book.positions.get(leg.trader);
    const isReducing = held !== undefined && held.isLong !== leg.isBuy && size <= sizeOf(market.book, held);
    return { ...leg, isReducing };
  });
  const isReducing = legs.every((leg) => leg.isReducing);
  const before = new Map(legs.map(({ trader }) => [trader, standingOf(venue, trader, isReducing)]));
  let feeUnits = 0n;
  for (const { trader, isBuy, feePpm } of legs) {
    add(venue.cash, trader, trade(market.book, trader, { isBuy, size, price: request.price }));
    const units = ceilDiv(notionalOf(size, request.price) * feePpm, PPM);
    const fee = units * UNIT_FINE;
    feeUnits += units;
    add(venue.cash, trader, -fee);
    const toFund = (fee * params.fundSharePpm) / PPM;
    payFund(market, toFund);
    venue.fees += fee - toFund;
    if (isDust(venue, market, trader)) return false;
  }
  const rebate = rebateOf({ ...params, feeUnits, relief }) * UNIT_FINE;
  venue.fees -= rebate;
  // Sellers while fills lie above the mark.
  add(venue.cash, legs.find(({ isBuy }) => isBuy === relief < 0n)!.trader, rebate);
  if (legs.every(({ isReducing }) => !isReducing) && openInterest(market) > params.openInterestCap) return false;
  return legs.every((leg) => {
    const now = standingOf(venue, leg.trader, isReducing);
    return mayKeep({ isReducing: leg.isReducing, before: before.get(leg.trader)! }, now);
  });
}

function mayKeep(leg: { isReducing: boolean; before: Standing }, now: Standing): boolean {
  if (isCovered(now)) return true;
  if (!leg.isReducing || now.equity < 0n) return false;
  if (leg.before.equity < 0n) return true;
  const was = ceilDiv(leg.before.equity, UNIT_FINE);
  return (now.equity / UNIT_FINE) * leg.before.maintenance >= was * now.maintenance;
}

/** Everything that is not an account's, at current prices. */
export function remainderOf(venue: Venue): bigint {
  let sum = venue.fees + venue.sharedFund - venue.sharedShortfall;
  for (const { book, price, fund, shortfall, closing } of venue.markets.values()) {
    sum += fund - shortfall - (closing?.deficit ?? 0n) + dustValue(book, price);
  }
  return sum;
}

/** At most a part of a fund, in units, in a day, of what it was before: what of it has gone, and what is left. */
export function drawnShare(
  drawn: Drawn,
  fundUnits: bigint,
  { now, ppm }: { now: bigint; ppm: bigint },
): { pending: bigint; left: bigint } {
  const elapsed = now - drawn.at;
  const passed = elapsed >= DAY ? 0n : drawn.passed;
  const limit = ((fundUnits + passed) * ppm) / PPM;
  const pending = larger(0n, passed - (limit * elapsed) / DAY);
  return { pending, left: larger(0n, limit - pending) };
}
