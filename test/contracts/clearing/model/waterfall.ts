import { add, ceilDiv, close, least, sizeOf, socialise, tearUp, trade, UNIT_FINE, valueOf } from "./book.ts";
import { isLive } from "./halts.ts";
import { rewardOf } from "./rewards.ts";
import {
  accrue,
  accrueAll,
  drawnShare,
  type Drawn,
  larger,
  type Market,
  notionalOf,
  QUANTUM,
  standingOf,
  updateAverage,
  type Venue,
} from "./venue.ts";

const PPM = 1_000_000n;
const MAX_NOMINEES = 16;
/** Estates are counted from here, traders from 0. */
const FIRST_ESTATE = 1_000;

/** What a fund pays of `wanted`. */
export function draw(
  venue: Venue,
  fund: bigint,
  wanted: bigint,
  { drawn, ppm }: { drawn: Drawn; ppm: bigint },
): bigint {
  const { pending, left: free } = drawnShare(drawn, fund / UNIT_FINE, { now: venue.now, ppm });
  const paid = least(wanted, least(fund, free * UNIT_FINE));
  if (paid === 0n) return 0n;
  drawn.passed = pending + ceilDiv(paid, UNIT_FINE);
  drawn.at = venue.now;
  return paid;
}

/** One market of a defaulter, and its part of what is missing. */
interface Part {
  readonly market: Market;
  readonly value: bigint;
  readonly share: bigint;
}

/** In proportion to what was lost, each of what is left. */
function divide(held: readonly { readonly market: Market; readonly value: bigint }[], deficit: bigint): Part[] {
  const lostIn = (value: bigint) => larger(0n, -value);
  let left = deficit;
  let lostLeft = held.reduce((sum, { value }) => sum + lostIn(value), 0n);
  return held.map(({ market, value }, i) => {
    let share = lostLeft === 0n ? 0n : (left * lostIn(value)) / lostLeft;
    if (lostLeft === 0n && i + 1 === held.length) share = left;
    left -= share;
    lostLeft -= lostIn(value);
    return { market, value, share };
  });
}

/** The positions and so much cash that they lack their shares go to somebody who is nobody. */
function formEstate(venue: Venue, trader: number, frozen: readonly Part[]): void {
  const estate = FIRST_ESTATE + venue.estates.length;
  venue.estates.push(estate);
  for (const { market, value, share } of frozen) {
    market.book.positions.set(estate, market.book.positions.get(trader)!);
    market.book.positions.delete(trader);
    add(venue.cash, estate, -value - share);
    add(venue.cash, trader, value);
  }
}

/** What an estate has left goes to the shared fund. */
export function sweepEstate(venue: Venue, trader: number): boolean {
  const left = venue.cash.get(trader) ?? 0n;
  const isOpen = [...venue.markets.values()].some(({ book, closing }) => {
    return book.positions.has(trader) || closing?.claims.has(trader) === true;
  });
  if (!venue.estates.includes(trader) || isOpen || left <= 0n) return false;
  venue.cash.set(trader, 0n);
  const repaid = least(left, venue.sharedShortfall);
  venue.sharedShortfall -= repaid;
  venue.sharedFund += left - repaid;
  return true;
}

/** Closes a bankrupt trader, or an estate, market by market, and rewards the keeper. False when neither can be. */
export function resolve(venue: Venue, trader: number, keeper: number): boolean {
  accrueAll(venue, trader);
  const { equity } = standingOf(venue, trader);
  const held = [...venue.markets.values()].filter(({ book }) => book.positions.has(trader));
  const live = held.filter((market) => isLive(venue, market));
  const frozen = held.filter((market) => !live.includes(market));
  if (held.length > 0 && live.length === 0) return false;
  if (equity >= 0n && (held.length === 0 || !venue.estates.includes(trader))) return false;
  for (const market of held) updateAverage(venue, market);

  const deficit = larger(0n, -equity);
  const parts = divide(
    [...frozen, ...live].map((market) => {
      return { market, value: valueOf(market.book, market.book.positions.get(trader)!, market.price) };
    }),
    deficit,
  );
  if (frozen.length > 0) formEstate(venue, trader, parts.slice(0, frozen.length));
  add(venue.cash, trader, deficit);
  for (const { market, share } of parts.slice(frozen.length)) closeRewarded(venue, market, { trader, keeper, share });
  const left = deficit - parts.reduce((sum, { share }) => sum + share, 0n);
  if (left !== 0n) {
    const paid = draw(venue, venue.sharedFund, left, { drawn: venue.flatDrawn, ppm: PPM });
    venue.sharedFund -= paid;
    venue.sharedShortfall += left - paid;
  }
  return true;
}

interface Closed {
  readonly trader: number;
  readonly keeper: number;
  readonly share: bigint;
}

function closeRewarded(venue: Venue, market: Market, { trader, keeper, share }: Closed): void {
  const position = market.book.positions.get(trader)!;
  const reward = rewardOf({
    position,
    size: sizeOf(market.book, position),
    price: market.price,
    feePpm: least(venue.params.makerFeePpm, venue.params.takerFeePpm),
    most: venue.params.rewardUnits,
  });
  cover(venue, market, { trader, deficit: share });
  if (market.closing === undefined) payReward(venue, market, keeper, reward);
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

interface Deficit {
  readonly trader: number;
  readonly deficit: bigint;
}

function cover(venue: Venue, market: Market, { trader, deficit }: Deficit): void {
  if (market.closing !== undefined) {
    settlePosition(venue, market, trader);
    market.closing.deficit += deficit;
    return;
  }
  const { fundDrawPpm, sharedDrawPpm } = venue.params;
  const own = draw(venue, market.fund, deficit, { drawn: market.ownDrawn, ppm: fundDrawPpm });
  market.fund -= own;
  const shared = draw(venue, venue.sharedFund, deficit - own, { drawn: market.sharedDrawn, ppm: sharedDrawPpm });
  venue.sharedFund -= shared;
  let left = deficit - own - shared;
  const taken = deleverage(venue, market, { trader, deficit: left });
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

/** Nominees first where there is a list, then everybody; at most the budget. */
function deleverage(venue: Venue, market: Market, { trader, deficit }: Deficit): bigint {
  const { book, budget } = market;
  const { isLong } = book.positions.get(trader)!;
  const holds = venue.now < budget.until;
  const most = holds ? least(deficit, (budget.units - budget.taken) * UNIT_FINE) : deficit;
  let taken = most === 0n ? 0n : askNominees(venue, market, { trader, deficit: most });
  if (book.positions.has(trader) || taken < most) {
    const request = { trader, isLong, price: market.price, wanted: deficit - taken, most: most - taken };
    taken += tearUp(book, { ...request, capPpm: venue.params.haircutCapPpm }, venue.cash);
  }
  if (holds) budget.taken += ceilDiv(taken, UNIT_FINE);
  return taken;
}

/** In parts per million; 0 for nobody to ask. */
export function rankOf(venue: Venue, market: Market, trader: number): bigint {
  const position = market.book.positions.get(trader);
  if (position === undefined) return 0n;
  const { equity } = standingOf(venue, trader);
  const profit = valueOf(market.book, position, market.price);
  if (profit <= 0n || equity <= 0n) return 0n;
  const index = sizeOf(market.book, position) / position.shares;
  const cost = position.basis * index;
  const ratio = ((profit / UNIT_FINE) * PPM) / (1n + (cost < 0n ? -cost : cost) / UNIT_FINE);
  const notional = notionalOf(sizeOf(market.book, position), market.price);
  return 1n + (ratio * notional) / (1n + equity / UNIT_FINE);
}

/** Whether the trader is on the list afterwards, and was not before. Lists here are never full. */
export function nominate(venue: Venue, market: Market, trader: number): boolean {
  accrueAll(venue, trader);
  const position = market.book.positions.get(trader);
  if (market.closing !== undefined || market.nominees === undefined || position === undefined) return false;
  const list = position.isLong ? market.nominees.long : market.nominees.short;
  if (rankOf(venue, market, trader) === 0n || list.includes(trader) || list.length === MAX_NOMINEES) return false;
  list.push(trader);
  return true;
}

function askNominees(venue: Venue, market: Market, { trader, deficit }: Deficit): bigint {
  if (market.nominees === undefined) return 0n;
  const { book, price } = market;
  const whole = book.positions.get(trader)!;
  const wholeSize = sizeOf(book, whole);
  const list = whole.isLong ? market.nominees.short : market.nominees.long;
  const queue = list
    .map((nominee, at) => ({ nominee, at, rank: rankOf(venue, market, nominee) }))
    .filter(({ nominee, rank }) => rank > 0n && book.positions.get(nominee)!.isLong !== whole.isLong)
    .sort((a, b) => (a.rank === b.rank ? a.at - b.at : a.rank > b.rank ? -1 : 1));
  let left = deficit;
  for (const { nominee } of queue) {
    const mine = book.positions.get(trader);
    if (left === 0n || mine === undefined) break;
    const theirs = book.positions.get(nominee)!;
    const held = sizeOf(book, theirs);
    const size = least(held, sizeOf(book, mine));
    const profit = (valueOf(book, theirs, price) * size) / held;
    const band = (size * price * venue.params.fillBandPpm) / PPM;
    const due = ceilDiv(deficit * size, wholeSize);
    const given = least(least(due, left), least((profit * venue.params.haircutCapPpm) / PPM, band));
    left -= given;
    add(venue.cash, trader, trade(book, trader, { isBuy: !mine.isLong, size, price }));
    add(venue.cash, nominee, trade(book, nominee, { isBuy: mine.isLong, size, price }) - given);
  }
  return deficit - left;
}

function settlePosition(venue: Venue, market: Market, trader: number): void {
  const closing = market.closing!;
  const cash = close(market.book, trader, market.price);
  if (cash <= 0n) {
    add(venue.cash, trader, cash);
    return;
  }
  const quanta = cash / QUANTUM;
  market.book.dustCash += cash % QUANTUM;
  if (quanta !== 0n) closing.claims.set(trader, (closing.claims.get(trader) ?? 0n) + quanta);
}

/** Winds a market down at its average over a day. */
export function closeMarket(venue: Venue, market: Market): boolean {
  if (market.closing !== undefined) return false;
  accrue(venue, market);
  market.price = market.longAverage;
  market.average = market.longAverage;
  market.last = market.longAverage;
  market.closing = { claims: new Map(), deficit: 0n, rate: undefined };
  return true;
}

export function settleAccount(venue: Venue, market: Market, trader: number): boolean {
  if (market.closing === undefined) return false;
  accrueAll(venue, trader);
  const position = market.book.positions.get(trader);
  if (position !== undefined) {
    const isDebtor = valueOf(market.book, position, market.price) < 0n;
    if (isDebtor && standingOf(venue, trader).equity < 0n) return false;
    settlePosition(venue, market, trader);
    return true;
  }
  const quanta = market.closing.claims.get(trader);
  if (quanta === undefined || market.closing.rate === undefined) return false;
  market.closing.claims.delete(trader);
  add(venue.cash, trader, quanta * market.closing.rate);
  return true;
}

export function concludeSettlement(venue: Venue, market: Market): boolean {
  const { closing, book } = market;
  if (closing === undefined || closing.rate !== undefined || book.positions.size > 0) return false;
  let missing = closing.deficit + market.shortfall;
  closing.deficit = 0n;
  if (book.dustCash < 0n) missing -= book.dustCash;
  else market.fund += book.dustCash;
  book.dustCash = 0n;
  const own = least(missing, market.fund);
  market.fund -= own;
  missing -= own;
  const drawn = { drawn: market.sharedDrawn, ppm: venue.params.sharedDrawPpm };
  const shared = draw(venue, venue.sharedFund, missing, drawn);
  venue.sharedFund -= shared;
  missing -= shared;

  const quanta = [...closing.claims.values()].reduce((sum, claim) => sum + claim, 0n);
  const covered = least(missing, quanta * QUANTUM);
  const due = quanta * QUANTUM - covered;
  closing.rate = quanta === 0n ? 0n : due / quanta;
  market.fund += due - closing.rate * quanta;
  market.shortfall = missing - covered;
  return true;
}
