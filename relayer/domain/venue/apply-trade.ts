import { PPM, fineOfSize, fineOfUnits, sizeOfFine } from "./fine.ts";
import { settle, sideOf, tear, trade } from "./market-book.ts";
import { sizeOf } from "./position.ts";
import { accountOf, dropEmpty, touchMarket, touchPosition } from "./touch.ts";
import type { VenueBook, VenueFinding } from "./venue-book.ts";
import type { Liquidated, RankedTaken, Settled, TornUp, Traded } from "./venue-event.ts";

/* What changes a position and is no default: fills, liquidations, tear-ups and what ranked deleveraging takes. */

export function applyTrade(book: VenueBook, event: Traded): VenueFinding | null {
  const { cashFine, feeUnits } = event;
  const market = touchMarket(book, event.market);
  const account = accountOf(book, event.account);
  const position = touchPosition(book, account, market);
  account.cash += settle(market, position);
  const cash = trade(market, position, event) - fineOfUnits(feeUnits);
  account.cash += cash;
  dropEmpty(account, event.market);
  market.fund += fineOfUnits(feeUnits * market.fundSharePpm) / PPM;
  return cash === cashFine ? null : { kind: "cash-differs", market: event.market, account: event.account };
}

export function applyLiquidation(book: VenueBook, event: Liquidated): VenueFinding | null {
  const { priceX32 } = event;
  const market = touchMarket(book, event.market);
  const fee = fineOfUnits(event.feeUnits);
  for (const [name, size, paid] of [
    [event.account, event, fee],
    [event.liquidator, sizeOfFine(-fineOfSize(event)), 0n],
  ] as const) {
    const account = accountOf(book, name);
    const position = touchPosition(book, account, market);
    account.cash += settle(market, position);
    account.cash += trade(market, position, { lots: size.lots, restFine: size.restFine, priceX32 }) - paid;
    dropEmpty(account, event.market);
  }
  market.fund += fee;
  return null;
}

export function applySettlement(book: VenueBook, event: Settled): VenueFinding | null {
  const market = touchMarket(book, event.market);
  const account = accountOf(book, event.account);
  const position = touchPosition(book, account, market);
  const cash = settle(market, position, event.seen);
  account.cash += cash;
  const isSame = cash === event.cashFine && sizeOf(position) === event.sizeFine;
  dropEmpty(account, event.market);
  return isSame ? null : { kind: "size-differs", market: event.market, account: event.account };
}

export function applyTearUp(book: VenueBook, event: TornUp): VenueFinding | null {
  const market = touchMarket(book, event.market);
  const side = sideOf(market, event.isLongSide);
  const isNext = side.tearUps.length === event.number && side.index === event.indexBefore;
  tear(side, { mark: event.mark, indexAfter: event.indexAfter, cut: event.cut });
  book.changed.tornMarkets.add(event.market);
  return isNext ? null : { kind: "tear-up-differs", market: event.market, account: null };
}

/**
 * The nominee's half of a ranked tear-up; the defaulter's positions went with its default. The price in the event is the
 * mark less what was taken for each unit of size, which is added again to get the mark.
 */
export function applyRanked(book: VenueBook, event: RankedTaken): VenueFinding | null {
  const { sizeFine, takenFine, priceX32 } = event;
  const market = touchMarket(book, event.market);
  const account = accountOf(book, event.account);
  const position = touchPosition(book, account, market);
  account.cash += settle(market, position);
  const isPossible = sizeFine > 0n && position.shares !== 0n && sizeFine <= sizeOf(position);
  if (!isPossible) return { kind: "size-differs", market: event.market, account: event.account };
  const step = takenFine / sizeFine;
  const [signed, markX32] = position.isLong ? [-sizeFine, priceX32 + step] : [sizeFine, priceX32 - step];
  const { lots, restFine } = sizeOfFine(signed);
  account.cash += trade(market, position, { lots, restFine, priceX32: markX32 }) - takenFine;
  dropEmpty(account, event.market);
  return null;
}
