import type { Hex } from "../hex.ts";
import { applyDefault, applyEstate } from "./apply-default.ts";
import { applyClaimPaid, applyConclusion, applyDust, applyPositionSettled, applyWindDown } from "./apply-settlement.ts";
import { applyLiquidation, applyRanked, applySettlement, applyTearUp, applyTrade } from "./apply-trade.ts";
import { UNIT_FINE } from "./fine.ts";
import { type MarketBook, socialise } from "./market-book.ts";
import { accountOf, touchCash, touchMarket } from "./touch.ts";
import type { VenueBook, VenueFinding } from "./venue-book.ts";
import type { VenueEvent } from "./venue-event.ts";

/**
 * Brings `book` forward by one event of the block that was begun last. Events are given in chain order, each once.
 *
 * @returns what it contradicts, or null
 */
export function applyVenueEvent(book: VenueBook, event: VenueEvent): VenueFinding | null {
  switch (event.kind) {
    case "traded":
      return applyTrade(book, event);
    case "liquidated":
      return applyLiquidation(book, event);
    case "settled":
      return applySettlement(book, event);
    case "torn-up":
      return applyTearUp(book, event);
    case "ranked-taken":
      return applyRanked(book, event);
    case "position-settled":
      return applyPositionSettled(book, event);
    case "settlement-concluded":
      return applyConclusion(book, event);
    case "claim-paid":
      return applyClaimPaid(book, event);
    case "dust-swept":
      return applyDust(book, event);
    case "defaulted":
      applyDefault(book, event.account);
      return null;
    case "estate-formed":
      return applyEstate(book, event);
    default:
      applyPlain(book, event);
      return null;
  }
}

/** Events that contradict nothing: cash in and out, and what concerns a market as a whole. */
type PlainEvent = Exclude<
  VenueEvent,
  {
    kind:
      | "traded"
      | "liquidated"
      | "settled"
      | "torn-up"
      | "ranked-taken"
      | "position-settled"
      | "settlement-concluded"
      | "claim-paid"
      | "dust-swept"
      | "defaulted"
      | "estate-formed";
  }
>;

function applyPlain(book: VenueBook, event: PlainEvent): void {
  switch (event.kind) {
    case "deposited":
    case "rebated":
      return addCash(book, event.account, event.units * UNIT_FINE);
    case "withdrawn":
      return addCash(book, event.account, -event.units * UNIT_FINE);
    case "keeper-rewarded":
      addCash(book, event.keeper, event.units * UNIT_FINE);
      touchMarket(book, event.market).fund -= event.units * UNIT_FINE;
      return;
    case "estate-closed":
      touchCash(book, accountOf(book, event.estate)).cash = event.cashFine;
      return;
    case "estate-swept":
      addCash(book, event.estate, -event.fine);
      touchMarket(book, 0).fund += event.fine;
      return;
    case "insurance-moved":
      touchMarket(book, event.market).fund -= event.units * UNIT_FINE;
      touchMarket(book, event.to).fund += event.units * UNIT_FINE;
      return;
    default:
      return applyToMarket(touchMarket(book, event.market), event, book);
  }
}

type MarketEvent = Exclude<
  PlainEvent,
  {
    kind:
      "deposited" | "rebated" | "withdrawn" | "keeper-rewarded" | "estate-closed" | "estate-swept" | "insurance-moved";
  }
>;

function applyToMarket(market: MarketBook, event: MarketEvent, book: VenueBook): void {
  switch (event.kind) {
    case "market-listed":
      market.firstOctave = event.firstOctave;
      return;
    case "market-set":
      market.assetClass = event.assetClass;
      market.fundSharePpm = BigInt(event.fundSharePpm);
      return;
    case "fund-paid":
    case "contributed":
      market.fund += event.units * UNIT_FINE;
      return;
    case "fund-drawn":
      touchMarket(book, event.isShared ? 0 : event.market).fund -= event.fine;
      // What funds pay while a wind-down is being concluded is missing no more.
      if (market.closing !== null) market.closing.deficit -= event.fine;
      return;
    case "shortfall-repaid":
      // Announced before the income that repays it is booked, all of it, to the fund.
      market.fund -= event.fine;
      market.shortfall -= event.fine;
      return;
    case "loss-socialised":
      socialise(market, event.takenFine);
      market.shortfall += event.uncoveredFine;
      return;
    case "funding-accrued":
      market.funding = event.funding;
      return;
    case "market-closed":
    case "settlement-deficit":
      return applyWindDown(market, event);
  }
}

function addCash(book: VenueBook, who: Hex, fine: bigint): void {
  touchCash(book, accountOf(book, who)).cash += fine;
}
