import { expect } from "chai";
import fc from "fast-check";

import { createExposure } from "../../../../relayer/domain/exposure/exposure.ts";
import { interestAt } from "../../../../relayer/domain/exposure/read-exposure.ts";
import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";
import { recheckColumn } from "../../../../relayer/domain/venue/check-book.ts";
import { standingOf } from "../../../../relayer/domain/venue/check-views.ts";
import { LOT_FINE, sizeOfFine } from "../../../../relayer/domain/venue/fine.ts";
import { settle } from "../../../../relayer/domain/venue/market-book.ts";
import { sizeOf } from "../../../../relayer/domain/venue/position.ts";
import {
  clearColumn,
  finaliseVenue,
  reduceVenueBlocks,
  rewindVenue,
  type VenueBlock,
  type VenueColumn,
} from "../../../../relayer/domain/venue/reduce-venue.ts";
import { createVenueBook } from "../../../../relayer/domain/venue/venue-book.ts";
import type { VenueEvent } from "../../../../relayer/domain/venue/venue-event.ts";
import * as model from "../../../contracts/clearing/model/book.ts";
import { FUZZ } from "../../../support/fuzz.ts";
import { printBook, printExposure } from "../../../support/print-book.ts";

const MARKET = 7;
const CHAIN = 1;
const TRADERS = 5;
const PRICE = 1n << 50n;

const accountOf = (trader: number): Hex => hexOfInteger(BigInt(trader + 1), 20);

function createColumn(): VenueColumn {
  return { exposure: createExposure(2), chain: CHAIN, book: createVenueBook() };
}

/** The plain model of one market and what its traders have. */
interface Plain {
  readonly book: model.Book;
  readonly cash: model.Cash;
  readonly torn: { long: number; short: number };
}

const createPlain = (): Plain => ({ book: model.createBook(PRICE), cash: new Map(), torn: { long: 0, short: 0 } });

/** A fill between two traders, or the default of one. The price is in 64ths of the first. */
type Step =
  | {
      readonly kind: "fill";
      readonly buyer: number;
      readonly seller: number;
      readonly lots: number;
      readonly price: bigint;
    }
  | { readonly kind: "default"; readonly trader: number; readonly price: bigint };

const someTrader = fc.nat({ max: TRADERS - 1 });
const somePrice = fc.bigInt({ min: 40n, max: 90n }).map((part) => (PRICE >> 6n) * part + part);
const someFill = fc.record({
  kind: fc.constant("fill" as const),
  buyer: someTrader,
  seller: someTrader,
  lots: fc.integer({ min: 1, max: 1_000 }),
  price: somePrice,
});
const someDefault = fc.record({ kind: fc.constant("default" as const), trader: someTrader, price: somePrice });
const someSteps = fc.array(fc.oneof({ weight: 4, arbitrary: someFill }, { weight: 1, arbitrary: someDefault }), {
  maxLength: 40,
});

/** Does `step` in the plain model, and tells the events that the venue would emit. */
function play(plain: Plain, step: Step): readonly VenueEvent[] {
  return step.kind === "fill" ? playFill(plain, step) : playDefault(plain, step);
}

function playFill({ book, cash }: Plain, step: Step & { kind: "fill" }): readonly VenueEvent[] {
  const size = BigInt(step.lots) * LOT_FINE;
  return [step.buyer, step.seller].map((trader, index): VenueEvent => {
    const isBuy = index === 0;
    const realised = model.trade(book, trader, { isBuy, size, price: step.price });
    model.add(cash, trader, realised);
    const terms = { ...sizeOfFine(isBuy ? size : -size), priceX32: step.price, cashFine: realised, feeUnits: 0n };
    return { kind: "traded", account: accountOf(trader), market: MARKET, ...terms };
  });
}

function playDefault(
  { book, cash, torn }: Plain,
  { trader, price }: Step & { kind: "default" },
): readonly VenueEvent[] {
  const position = book.positions.get(trader);
  if (position === undefined) return [];
  const own = position.isLong;
  const had = { own: sharesOn(book, own), other: sharesOn(book, !own) };
  const before = [true, false].map((isLong) => model.indexOf(book, isLong));
  model.tearUp(book, { trader, isLong: own, price, wanted: 0n, most: 0n, capPpm: 0n }, cash);
  cash.set(trader, 0n);
  const tearOf = (isLongSide: boolean): VenueEvent => {
    const indexAfter = sharesOn(book, isLongSide) === 0n ? 0n : model.indexOf(book, isLongSide);
    const number = isLongSide ? torn.long++ : torn.short++;
    const mark = model.markOf(book, isLongSide, price);
    const indexBefore = before[isLongSide ? 0 : 1] ?? 0n;
    return { kind: "torn-up", market: MARKET, isLongSide, number, mark, indexBefore, indexAfter, cut: 0n };
  };
  const events: VenueEvent[] = [{ kind: "defaulted", account: accountOf(trader), deficitFine: 0n }];
  if (had.other !== 0n) events.push(tearOf(!own));
  // The other side was emptied while the defaulter's own was not: the venue tears that one up too.
  if (had.own !== position.shares && sharesOn(book, own) === 0n) events.push(tearOf(own));
  return events;
}

function sharesOn({ positions }: model.Book, isLong: boolean): bigint {
  return [...positions.values()].reduce((sum, one) => (one.isLong === isLong ? sum + one.shares : sum), 0n);
}

const blockOf = (number: number, events: readonly VenueEvent[]): VenueBlock => {
  return { number, hash: hexOfInteger(BigInt(number), 32), events };
};

function positionFine({ book }: VenueColumn, account: Hex): bigint {
  const [market, stored] = [book.markets.get(MARKET), book.accounts.get(account)?.positions[MARKET] ?? null];
  if (market === undefined || stored === null) return 0n;
  const position = { ...stored };
  settle(market, position);
  return position.isLong ? sizeOf(position) : -sizeOf(position);
}

function expectSame(column: VenueColumn, { book, cash }: Plain): void {
  for (let trader = 0; trader < TRADERS; trader += 1) {
    const position = book.positions.get(trader);
    const size = position === undefined ? 0n : model.sizeOf(book, position);
    expect(positionFine(column, accountOf(trader))).to.equal(position?.isLong === false ? -size : size);
    const value = position === undefined ? 0n : model.valueOf(book, position, PRICE);
    const own = cash.get(trader) ?? 0n;
    const standing = standingOf(column.book, accountOf(trader), new Map([[MARKET, PRICE]]));
    expect(standing).to.deep.equal({ cash: own, equity: own + value });
  }
  const { longFine, shortFine } = interestAt(column.exposure, { chain: CHAIN, market: MARKET });
  expect([longFine, shortFine]).to.deep.equal([model.sideSize(book, true), model.sideSize(book, false)]);
  expect(recheckColumn(column)).to.deep.equal([]);
}

const fillOf = (lots: number): Step => ({ kind: "fill", buyer: 0, seller: 1, lots, price: PRICE });

describe("venue blocks", () => {
  it("give positions, cash and open interest of the plain model, to the last bit, after every step", () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        const column = createColumn();
        const plain = createPlain();
        for (const [number, step] of steps.entries()) {
          expect(reduceVenueBlocks(column, [blockOf(number, play(plain, step))])).to.deep.equal([]);
          expectSame(column, plain);
        }
      }),
      FUZZ,
    );
  });

  it("are undone back to any block that is not final, to the last bit", () => {
    fc.assert(
      fc.property(someSteps, fc.nat(40), fc.nat(40), (steps, first, second) => {
        const [final, keep] = first <= second ? [first, second] : [second, first];
        const [column, expected] = [createColumn(), createColumn()];
        const [played, plain] = [createPlain(), createPlain()];
        steps.forEach((step, number) => {
          expect(reduceVenueBlocks(column, [blockOf(number, play(played, step))])).to.deep.equal([]);
          if (number <= keep) reduceVenueBlocks(expected, [blockOf(number, play(plain, step))]);
        });

        finaliseVenue(column, final);
        expect(rewindVenue(column, keep)).to.equal(null);

        expectSame(column, plain);
        expect(printBook(column.book)).to.equal(printBook(expected.book));
        expect(printExposure(column.exposure)).to.equal(printExposure(expected.exposure));
        // And go on from there as if nothing had been.
        const next = blockOf(99, play(plain, fillOf(5)));
        expect(reduceVenueBlocks(column, [next])).to.deep.equal([]);
        expectSame(column, plain);
      }),
      FUZZ,
    );
  });

  it("are all refused when a leg of a fill is hidden", () => {
    const column = createColumn();
    const fill = play(createPlain(), fillOf(3));

    const faults = reduceVenueBlocks(column, [blockOf(1, fill), blockOf(2, fill.slice(0, 1))]);

    expect(faults).to.deep.equal([{ kind: "unbalanced", blockNumber: 2, market: MARKET, fine: 3n * LOT_FINE }]);
    expect(printBook(column.book)).to.equal(printBook(createVenueBook()));
    expectSame(column, createPlain());
  });

  it("are refused when the two legs of a fill tell sizes that differ by less than a lot", () => {
    const legs = play(createPlain(), fillOf(3)).map((leg, index) => (index === 0 ? { ...leg, restFine: 1n } : leg));

    expect(reduceVenueBlocks(createColumn(), [blockOf(1, legs)]).at(-1)).to.deep.include({
      kind: "unbalanced",
      fine: 1n,
    });
  });

  it("are refused when a fill says that it has realised what it cannot have", () => {
    const column = createColumn();
    const plain = createPlain();
    reduceVenueBlocks(column, [blockOf(1, play(plain, fillOf(9)))]);
    const before = printBook(column.book);
    const [leg, ...others] = play(plain, { kind: "fill", buyer: 1, seller: 0, lots: 4, price: PRICE + 1n });

    const wrong = { ...leg, cashFine: 7n } as VenueEvent;
    const faults = reduceVenueBlocks(column, [blockOf(2, [wrong, ...others])]);

    expect(faults).to.deep.equal([{ kind: "cash-differs", market: MARKET, account: accountOf(1) }]);
    expect(printBook(column.book)).to.equal(before);
  });

  it("leave book and exposure as they were when a size cannot be", () => {
    const column = createColumn();
    const fill = play(createPlain(), fillOf(2 ** 41));

    expect(reduceVenueBlocks(column, [blockOf(1, fill)])).to.deep.equal([{ kind: "too-large" }]);
    expectSame(column, createPlain());
    expect(column.book.blocks).to.deep.equal([]);
  });

  it("move a liquidated position from one account to the other", () => {
    const column = createColumn();
    reduceVenueBlocks(column, [blockOf(1, play(createPlain(), fillOf(9)))]);

    const terms = { market: MARKET, ...sizeOfFine(-4n * LOT_FINE), priceX32: PRICE, feeUnits: 0n };
    const takeover: VenueEvent = { kind: "liquidated", account: accountOf(0), liquidator: accountOf(2), ...terms };
    expect(reduceVenueBlocks(column, [blockOf(2, [takeover])])).to.deep.equal([]);

    const lots = [0, 1, 2].map((trader) => positionFine(column, accountOf(trader)) / LOT_FINE);
    expect(lots).to.deep.equal([5n, -9n, 4n]);
  });

  it("leave nothing in the exposure once its column is cleared, and other columns alone", () => {
    const [column, exposure] = [createColumn(), createExposure(2)];
    const other = { exposure, chain: 0, book: createVenueBook() };
    const own = { ...column, exposure };
    const fill = play(createPlain(), fillOf(9));
    for (const each of [own, other]) expect(reduceVenueBlocks(each, [blockOf(1, fill)])).to.deep.equal([]);

    clearColumn(own);

    const { longFine: left } = interestAt(exposure, { chain: CHAIN, market: MARKET });
    expect([left, interestAt(exposure, { chain: 0, market: MARKET }).longFine]).to.deep.equal([0n, 9n * LOT_FINE]);
    expect(recheckColumn(other)).to.deep.equal([]);
  });
});

describe("what is summed anew", () => {
  const spoiled = (spoil: (column: VenueColumn) => void) => {
    const column = createColumn();
    reduceVenueBlocks(column, [blockOf(1, play(createPlain(), fillOf(9)))]);
    expect(recheckColumn(column)).to.deep.equal([]);
    spoil(column);
    return recheckColumn(column).map((difference) => ("what" in difference ? difference.what : difference.of));
  };

  it("shows a side that is not the sum of its positions", () => {
    expect(spoiled(({ book }) => (book.markets.get(MARKET)!.longs.shares += 1n))).to.include("shares");
  });

  it("shows a position that is not in its side", () => {
    expect(spoiled(({ book }) => (book.accounts.get(accountOf(1))!.positions[MARKET] = null))).to.include("shares");
  });

  it("shows an exposure that is not the book's, and sums that are not their cells'", () => {
    expect(spoiled(({ exposure }) => (exposure.cells[CHAIN * 64 + MARKET * 2]! += 1n))).to.include("exposure");
    expect(spoiled(({ exposure }) => (exposure.byMarket[MARKET * 2]! += 1n))).to.deep.equal(["market"]);
  });
});
