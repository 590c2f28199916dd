import { add, ceilDiv, least, LOT_FINE, sizeOf, trade, UNIT_FINE } from "./book.ts";
import { isLive } from "./halts.ts";
import { accrue, accrueAll, isCovered, isDust, payFund, standingOf, updateAverage, type Venue } from "./venue.ts";

const PPM = 1_000_000n;

export interface Takeover {
  readonly market: number;
  readonly trader: number;
  readonly keeper: number;
  readonly lots: bigint;
}

/** So much less than `wanted`, in whole lots, that nothing or the smallest position stays. */
function withoutDust(held: bigint, wanted: bigint, minimum: bigint): bigint {
  if (wanted === held || held >= wanted + minimum) return wanted;
  return held > minimum ? ((held - minimum) / LOT_FINE) * LOT_FINE : 0n;
}

/** Whether the keeper may take over. When not, the venue is to be thrown away. No throttle. */
export function liquidate(venue: Venue, { market: number, trader, keeper, lots }: Takeover): boolean {
  const market = venue.markets.get(number)!;
  const { params } = venue;
  accrueAll(venue, trader);
  accrueAll(venue, keeper);
  accrue(venue, market);
  updateAverage(venue, market);
  const position = market.book.positions.get(trader);
  if (position === undefined || market.closing !== undefined || !isLive(venue, market)) return false;
  const { equity, maintenance } = standingOf(venue, trader);
  if (equity < 0n || equity >= maintenance * UNIT_FINE) return false;

  const held = sizeOf(market.book, position);
  let most = held;
  if (equity * 2n >= maintenance * UNIT_FINE) {
    most = least(held, ceilDiv((held * params.closePpm) / PPM, LOT_FINE) * LOT_FINE);
    if (held < most + params.minimumLots * LOT_FINE) most = held;
  }
  const size = withoutDust(held, least(most, lots * LOT_FINE), params.minimumLots * LOT_FINE);
  if (size === 0n) return false;
  const notional = size * market.price;
  const closing = (notional * params.maintenancePpm) / PPM / UNIT_FINE;
  const bearable = (equity * least(closing, maintenance)) / maintenance;
  const missing = maintenance - equity / UNIT_FINE;
  const discountPpm =
    params.discountLowPpm + ((params.discountHighPpm - params.discountLowPpm) * missing) / maintenance;
  const step = least((notional * discountPpm) / PPM, bearable) / size;
  const price = position.isLong ? market.price - step : market.price + step;
  const fee = least((notional * params.liquidationFeePpm) / PPM, bearable - step * size) / UNIT_FINE;

  const { isLong } = position;
  add(venue.cash, trader, trade(market.book, trader, { isBuy: !isLong, size, price }) - fee * UNIT_FINE);
  add(venue.cash, keeper, trade(market.book, keeper, { isBuy: isLong, size, price }));
  payFund(market, fee * UNIT_FINE);
  if (isDust(venue, market, keeper)) return false;
  return isCovered(standingOf(venue, keeper));
}
