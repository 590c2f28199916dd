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
  socialise,
  tearUp,
  trade,
  UNIT_FINE,
  valueOf,
} from "./book.ts";
import { premiumOf, rebateOf, reliefOf, rewardOf } from "./rewards.ts";

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
  readonly rebatePpm: bigint;
  readonly rewardUnits: bigint;
}

/** What has been drawn lately, in units, decaying within a day. */
export interface Drawn {
  passed: bigint;
  at: bigint;
}

interface Market {
  readonly book: Book;
  readonly ownDrawn: Drawn;
  readonly sharedDrawn: Drawn;
  price: bigint;
  average: bigint;
  averageAt: bigint;
  premiumPpm: bigint;
  premiumAt: bigint;
  accruedAt: bigint;
  fund: bigint;
  shortfall: bigint;
}

/** A whole venue without halts: what accounts have, and every market's book. */
export interface Venue {
  readonly params: Params;
  readonly offsetPpm: bigint;
  readonly cash: Cash;
  readonly markets: Map<number, Market>;
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

export function createVenue(params: Params, offsetPpm: bigint, now: bigint): Venue {
  return {
    params,
    offsetPpm,
    cash: new Map(),
    markets: new Map(),
    now,
    fees: 0n,
    sharedFund: 0n,
    sharedShortfall: 0n,
    flatDrawn: { passed: 0n, at: 0n },
  };
}

export function listMarket(venue: Venue, market: number, price: bigint): void {
  venue.markets.set(market, {
    book: createBook(price),
    ownDrawn: { passed: 0n, at: 0n },
    sharedDrawn: { passed: 0n, at: 0n },
    price,
    average: price,
    averageAt: venue.now,
    premiumPpm: 0n,
    premiumAt: venue.now,
    accruedAt: venue.now,
    fund: 0n,
    shortfall: 0n,
  });
}

const notionalOf = (size: bigint, price: bigint) => ceilDiv(size * price, UNIT_FINE);
const larger = (a: bigint, b: bigint) => (a > b ? a : b);

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

export function standingOf(venue: Venue, trader: number): Standing {
  const cash = venue.cash.get(trader) ?? 0n;
  let equity = cash;
  const initial = { long: 0n, short: 0n };
  const maintenance = { long: 0n, short: 0n };
  for (const market of venue.markets.values()) {
    const position = market.book.positions.get(trader);
    if (position === undefined) continue;
    equity += valueOf(market.book, position, market.price);
    const notional = notionalOf(sizeOf(market.book, position), market.price);
    const direction = position.isLong ? "long" : "short";
    initial[direction] += ceilDiv(notional * initialPpm(venue, market, notional), PPM);
    maintenance[direction] += ceilDiv(notional * venue.params.maintenancePpm, PPM);
  }
  const offset = ({ long, short }: typeof initial) => long + short - (least(long, short) * venue.offsetPpm) / PPM;
  return { equity, cash, initial: offset(initial), maintenance: offset(maintenance) };
}

export const isCovered = ({ equity, initial }: Standing) => equity >= initial * UNIT_FINE;

export function accrue(venue: Venue, market: Market): void {
  const running = venue.now - market.accruedAt;
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
  if (elapsed === 0n) return;
  market.average = (market.average * 1_800n + market.price * elapsed) / (1_800n + elapsed);
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
  const { cash, equity, initial } = standingOf(venue, trader);
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
    return { ...leg, isReducing, before: standingOf(venue, leg.trader) };
  });
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
  }
  const rebate = rebateOf({ ...params, feeUnits, relief }) * UNIT_FINE;
  venue.fees -= rebate;
  // Sellers while fills lie above the mark.
  add(venue.cash, legs.find(({ isBuy }) => isBuy === relief < 0n)!.trader, rebate);
  if (legs.every(({ isReducing }) => !isReducing) && openInterest(market) > params.openInterestCap) return false;
  return legs.every((leg) => mayKeep(leg, standingOf(venue, leg.trader)));
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
  for (const { book, price, fund, shortfall } of venue.markets.values()) {
    sum += fund - shortfall + dustValue(book, price);
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

/** What a fund pays of `wanted`. */
function draw(venue: Venue, fund: bigint, wanted: bigint, { drawn, ppm }: { drawn: Drawn; ppm: bigint }): bigint {
  const { pending, left: free } = drawnShare(drawn, fund / UNIT_FINE, { now: venue.now, ppm });
  const paid = least(wanted, least(fund, free * UNIT_FINE));
  if (paid === 0n) return 0n;
  drawn.passed = pending + ceilDiv(paid, UNIT_FINE);
  drawn.at = venue.now;
  return paid;
}

/** Closes a bankrupt trader, market by market, and rewards the keeper. False when the trader is not bankrupt. */
export function resolve(venue: Venue, trader: number, keeper: number): boolean {
  accrueAll(venue, trader);
  const { equity } = standingOf(venue, trader);
  if (equity >= 0n) return false;
  const held = [...venue.markets.values()].filter(({ book }) => book.positions.has(trader));
  const lost = held.map(({ book, price }) => larger(0n, -valueOf(book, book.positions.get(trader)!, price)));
  let left = -equity;
  let lostLeft = lost.reduce((sum, value) => sum + value, 0n);
  held.forEach((market, i) => {
    updateAverage(venue, market);
    let share = lostLeft === 0n ? 0n : (left * lost[i]!) / lostLeft;
    if (lostLeft === 0n && i + 1 === held.length) share = left;
    left -= share;
    lostLeft -= lost[i]!;
    const position = market.book.positions.get(trader)!;
    const reward = rewardOf({
      position,
      size: sizeOf(market.book, position),
      price: market.price,
      feePpm: least(venue.params.makerFeePpm, venue.params.takerFeePpm),
      most: venue.params.rewardUnits,
    });
    cover(venue, market, trader, share);
    payReward(venue, market, keeper, reward);
  });
  if (left !== 0n) {
    const paid = draw(venue, venue.sharedFund, left, { drawn: venue.flatDrawn, ppm: PPM });
    venue.sharedFund -= paid;
    venue.sharedShortfall += left - paid;
  }
  add(venue.cash, trader, -equity);
  return true;
}

/** Whole units, out of what the fund may still be drawn of today. */
function payReward(venue: Venue, market: Market, keeper: number, units: bigint): void {
  const drawn = market.ownDrawn;
  const { pending, left } = drawnShare(drawn, market.fund / UNIT_FINE, {
    now: venue.now,
    ppm: venue.params.fundDrawPpm,
  });
  const paid = least(units, least(market.fund / UNIT_FINE, left));
  if (paid === 0n) return;
  drawn.passed = pending + paid;
  drawn.at = venue.now;
  market.fund -= paid * UNIT_FINE;
  add(venue.cash, keeper, paid * UNIT_FINE);
}

function cover(venue: Venue, market: Market, trader: number, deficit: bigint): void {
  const { fundDrawPpm, sharedDrawPpm } = venue.params;
  const own = draw(venue, market.fund, deficit, { drawn: market.ownDrawn, ppm: fundDrawPpm });
  market.fund -= own;
  const shared = draw(venue, venue.sharedFund, deficit - own, { drawn: market.sharedDrawn, ppm: sharedDrawPpm });
  venue.sharedFund -= shared;
  let left = deficit - own - shared;
  const capPpm = venue.params.haircutCapPpm;
  const taken = tearUp(market.book, { trader, price: market.price, wanted: left, capPpm }, venue.cash);
  if (taken >= left) {
    market.book.dustCash += taken - left;
    return;
  }
  left -= taken;
  const charged = socialise(market.book, left);
  const covered = least(charged, left);
  market.book.dustCash += charged - covered;
  market.shortfall += left - covered;
}
