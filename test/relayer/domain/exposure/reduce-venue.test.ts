import { expect } from "chai";
import fc from "fast-check";

import { createExposure, LOT_FINE } from "../../../../relayer/domain/exposure/exposure.ts";
import { interestAt } from "../../../../relayer/domain/exposure/read-exposure.ts";
import { findSumFault } from "../../../../relayer/domain/exposure/recompute.ts";
import {
  finaliseVenue,
  reduceVenueEvents,
  rewindVenue,
  type VenueReader,
} from "../../../../relayer/domain/exposure/reduce-venue.ts";
import { createVenueBook, positionFine } from "../../../../relayer/domain/exposure/venue-book.ts";
import { type LoggedVenueEvent, sizeOfFine, type VenueEvent } from "../../../../relayer/domain/exposure/venue-event.ts";
import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";
import * as model from "../../../contracts/clearing/model/book.ts";
import { FUZZ } from "../../../support/fuzz.ts";

const MARKET = 7;
const CHAIN = 1;
const TRADERS = 5;
const PRICE = 1n << 50n;

const accountOf = (trader: number): Hex => hexOfInteger(BigInt(trader + 1), 20);

function createReader(): VenueReader {
  return { exposure: createExposure(2), chain: CHAIN, book: createVenueBook() };
}

/** A fill between two traders, or the default of one. */
type Step =
  | { readonly kind: "fill"; readonly buyer: number; readonly seller: number; readonly lots: number }
  | { readonly kind: "default"; readonly trader: number };

const someTrader = fc.nat({ max: TRADERS - 1 });
const someFill = fc.record({
  kind: fc.constant("fill" as const),
  buyer: someTrader,
  seller: someTrader,
  lots: fc.integer({ min: 1, max: 1_000 }),
});
const someDefault = fc.record({ kind: fc.constant("default" as const), trader: someTrader });
const someSteps = fc.array(fc.oneof({ weight: 4, arbitrary: someFill }, { weight: 1, arbitrary: someDefault }), {
  maxLength: 40,
});

/** Does `step` in the plain model, and tells the events that the venue would emit. */
function play(book: model.Book, step: Step): readonly VenueEvent[] {
  if (step.kind === "fill") {
    const { buyer, seller, lots } = step;
    const size = BigInt(lots) * LOT_FINE;
    model.trade(book, buyer, { isBuy: true, size, price: PRICE });
    model.trade(book, seller, { isBuy: false, size, price: PRICE });
    return [
      { kind: "traded", account: accountOf(buyer), market: MARKET, ...sizeOfFine(size) },
      { kind: "traded", account: accountOf(seller), market: MARKET, ...sizeOfFine(-size) },
    ];
  }
  const position = book.positions.get(step.trader);
  if (position === undefined) return [];
  const own = position.isLong;
  const had = { own: sharesOn(book, own), other: sharesOn(book, !own) };
  model.tearUp(book, { trader: step.trader, isLong: own, price: PRICE, wanted: 0n, most: 0n, capPpm: 0n }, new Map());
  const torn = (isLongSide: boolean): VenueEvent => {
    const indexAfter = sharesOn(book, isLongSide) === 0n ? 0n : model.indexOf(book, isLongSide);
    return { kind: "torn-up", market: MARKET, isLongSide, indexAfter };
  };
  const events: VenueEvent[] = [{ kind: "defaulted", account: accountOf(step.trader) }];
  if (had.other !== 0n) events.push(torn(!own));
  // The other side was emptied while the defaulter's own was not: the venue tears that one up too.
  if (had.own !== position.shares && sharesOn(book, own) === 0n) events.push(torn(own));
  return events;
}

function sharesOn({ positions }: model.Book, isLong: boolean): bigint {
  return [...positions.values()].reduce((sum, one) => (one.isLong === isLong ? sum + one.shares : sum), 0n);
}

function logged(events: readonly VenueEvent[], blockNumber: number): readonly LoggedVenueEvent[] {
  return events.map((event, logIndex) => ({ event, blockNumber, logIndex, blockHash: hexOfInteger(1n, 32) }));
}

function expectSame({ book, exposure }: VenueReader, expected: model.Book): void {
  for (let trader = 0; trader < TRADERS; trader += 1) {
    const position = expected.positions.get(trader);
    const size = position === undefined ? 0n : model.sizeOf(expected, position);
    expect(positionFine(book, accountOf(trader), MARKET)).to.equal(position?.isLong === false ? -size : size);
  }
  const { longFine, shortFine } = interestAt(exposure, { chain: CHAIN, market: MARKET });
  expect([longFine, shortFine]).to.deep.equal([model.sideSize(expected, true), model.sideSize(expected, false)]);
  expect(findSumFault(exposure)).to.equal(null);
}

describe("venue events", () => {
  it("give positions and open interest of the plain model, to the last bit, after every step", () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        const reader = createReader();
        const expected = model.createBook(PRICE);
        for (const [block, step] of steps.entries()) {
          expect(reduceVenueEvents(reader, logged(play(expected, step), block))).to.equal(null);
          expectSame(reader, expected);
        }
      }),
      FUZZ,
    );
  });

  it("are undone back to any block that is not final", () => {
    fc.assert(
      fc.property(someSteps, fc.nat(40), fc.nat(40), (steps, first, second) => {
        const [final, keep] = first <= second ? [first, second] : [second, first];
        const reader = createReader();
        const [played, expected] = [model.createBook(PRICE), model.createBook(PRICE)];
        steps.forEach((step, block) => {
          reduceVenueEvents(reader, logged(play(played, step), block));
          if (block <= keep) play(expected, step);
        });

        finaliseVenue(reader, final);
        expect(rewindVenue(reader, keep)).to.equal(null);

        expectSame(reader, expected);
      }),
      FUZZ,
    );
  });

  it("are all refused when a leg of a fill is hidden", () => {
    const reader = createReader();
    const fill = play(model.createBook(PRICE), { kind: "fill", buyer: 0, seller: 1, lots: 3 });

    const fault = reduceVenueEvents(reader, [...logged(fill, 1), ...logged(fill.slice(0, 1), 2)]);

    expect(fault).to.deep.equal({ kind: "unbalanced", blockNumber: 2, market: MARKET, fine: 3n * LOT_FINE });
    expectSame(reader, model.createBook(PRICE));
  });

  it("are refused when the two legs of a fill tell different sizes", () => {
    const legs = [3n, -2n].map((lots, trader): VenueEvent => {
      return { kind: "traded", account: accountOf(trader), market: MARKET, ...sizeOfFine(lots * LOT_FINE) };
    });

    expect(reduceVenueEvents(createReader(), logged(legs, 1))?.kind).to.equal("unbalanced");
  });

  it("leave book and exposure as they were when a size cannot be", () => {
    const reader = createReader();
    const sizeFine = (1n << 41n) * LOT_FINE;
    const fill = [sizeFine, -sizeFine].map((size, trader): VenueEvent => {
      return { kind: "traded", account: accountOf(trader), market: MARKET, ...sizeOfFine(size) };
    });

    expect(reduceVenueEvents(reader, logged(fill, 1))).to.deep.equal({ kind: "too-large" });
    expectSame(reader, model.createBook(PRICE));
    expect(reader.book.undo).to.deep.equal([]);
  });

  it("move a liquidated position from one account to the other", () => {
    const reader = createReader();
    const lots = (count: bigint) => count * LOT_FINE;
    reduceVenueEvents(reader, logged(play(model.createBook(PRICE), { kind: "fill", buyer: 0, seller: 1, lots: 9 }), 1));

    const takeover: VenueEvent = {
      kind: "liquidated",
      account: accountOf(0),
      liquidator: accountOf(2),
      market: MARKET,
      ...sizeOfFine(-lots(4n)),
    };
    expect(reduceVenueEvents(reader, logged([takeover], 2))).to.equal(null);

    const sizes = [0, 1, 2].map((trader) => positionFine(reader.book, accountOf(trader), MARKET));
    expect(sizes).to.deep.equal([lots(5n), lots(-9n), lots(4n)]);
  });
});
