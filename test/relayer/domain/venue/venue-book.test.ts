import { expect } from "chai";

import { applyVenueEvent } from "../../../../relayer/domain/venue/apply-event.ts";
import { standingOf } from "../../../../relayer/domain/venue/check-views.ts";
import { LOT_FINE, QUANTUM_FINE, UNIT_FINE } from "../../../../relayer/domain/venue/fine.ts";
import { sizeOf } from "../../../../relayer/domain/venue/position.ts";
import { sizesOf } from "../../../../relayer/domain/venue/reduce-venue.ts";
import { beginBlock, rewindBook } from "../../../../relayer/domain/venue/undo.ts";
import { createVenueBook } from "../../../../relayer/domain/venue/venue-book.ts";
import type { VenueEvent } from "../../../../relayer/domain/venue/venue-event.ts";
import { printBook } from "../../../support/print-book.ts";

const KEEPER = `0x${"ee".repeat(20)}` as const;
const [ALICE, BOB] = [`0x${"a1".repeat(20)}`, `0x${"b0".repeat(20)}`] as const;
const ONE = 1n << 32n;

/** Applies `events`, a block each, and makes sure that undoing them all leaves nothing. */
function read(...events: readonly VenueEvent[]) {
  const book = createVenueBook();
  const findings = events.flatMap((event, number) => {
    beginBlock(book, number);
    return applyVenueEvent(book, event) ?? [];
  });
  const again = createVenueBook();
  for (const [number, event] of events.entries()) {
    beginBlock(again, number);
    applyVenueEvent(again, event);
  }
  rewindBook(again, -1);
  expect(printBook(again)).to.equal(printBook(createVenueBook()));
  return { book, findings };
}

/** Funds by market and the keeper's cash, in units, after `events`. */
function after(...events: readonly VenueEvent[]) {
  const { book, findings } = read(...events);
  const fundOf = (market: number) => (book.markets.get(market)?.fund ?? 0n) / UNIT_FINE;
  return { funds: [0, 1, 2].map(fundOf), cash: (book.accounts.get(KEEPER)?.cash ?? 0n) / UNIT_FINE, findings };
}

/** Alice is long `lots` of market 1 against Bob at `price` units a lot; both have paid in `units`. */
function aTrade(lots: number, price: bigint, units = 1_000n): readonly VenueEvent[] {
  const deal = { kind: "traded", market: 1, restFine: 0n, priceX32: price * ONE, cashFine: 0n, feeUnits: 0n } as const;
  return [
    { kind: "deposited", account: ALICE, units },
    { kind: "deposited", account: BOB, units },
    { ...deal, account: ALICE, lots },
    { ...deal, account: BOB, lots: -lots },
  ];
}

describe("venue book", () => {
  it("follows funds through contributions, vaults, moves, draws and rewards", () => {
    expect(
      after(
        { kind: "contributed", market: 0, units: 100n },
        { kind: "fund-paid", market: 1, units: 50n },
        { kind: "fund-paid", market: 1, units: -20n },
        { kind: "insurance-moved", market: 0, to: 2, units: 30n },
        { kind: "fund-drawn", market: 1, isShared: true, fine: 5n * UNIT_FINE },
        { kind: "fund-drawn", market: 1, isShared: false, fine: 4n * UNIT_FINE },
        { kind: "keeper-rewarded", market: 1, keeper: KEEPER, units: 3n },
        { kind: "rebated", account: KEEPER, units: 2n },
        { kind: "withdrawn", account: KEEPER, units: 1n },
      ),
    ).to.deep.equal({ funds: [65n, 23n, 30n], cash: 4n, findings: [] });
  });

  it("pays what is owed first: income that repays a shortfall does not stay in the fund", () => {
    const owed = { kind: "loss-socialised", market: 1, takenFine: 0n, uncoveredFine: 10n * UNIT_FINE } as const;

    expect(
      after(
        owed,
        { kind: "shortfall-repaid", market: 1, fine: 10n * UNIT_FINE },
        { kind: "contributed", market: 1, units: 12n },
      ).funds,
    ).to.deep.equal([0n, 2n, 0n]);
  });

  it("finds an event that does not follow: a tear-up out of turn, a settlement of nothing", () => {
    const tornUp = { kind: "torn-up", market: 1, isLongSide: true, mark: 1n, indexAfter: 1n, cut: 0n } as const;

    expect(after({ ...tornUp, number: 1, indexBefore: 1n << 80n }).findings).to.have.length(1);
    expect(after({ ...tornUp, number: 0, indexBefore: 7n }).findings).to.have.length(1);
    expect(after({ ...tornUp, number: 0, indexBefore: 1n << 80n }).findings).to.deep.equal([]);
    const settled = { kind: "settled", account: KEEPER, market: 1, cashFine: 0n, sizeFine: 1n, seen: 0 } as const;
    expect(after(settled).findings).to.have.length(1);
  });
});

describe("venue book, ranked deleveraging", () => {
  const taken = { kind: "ranked-taken", market: 1, account: BOB } as const;
  const defaulted = { kind: "defaulted", account: ALICE, deficitFine: 0n } as const;

  it("closes the nominee at the mark and takes what it gives, whatever the price in the event was rounded to", () => {
    // Bob gains 10 a lot on 4 of his 10 lots, and gives 7 units for them; the step is rounded down.
    const sizeFine = 4n * LOT_FINE;
    const takenFine = 7n * UNIT_FINE + 3n;
    const priceX32 = 90n * ONE + takenFine / sizeFine;
    const { book, findings } = read(...aTrade(10, 100n), defaulted, { ...taken, sizeFine, priceX32, takenFine });

    expect(findings).to.deep.equal([]);
    expect(book.accounts.get(BOB)?.cash).to.equal(1_040n * UNIT_FINE - takenFine);
    expect(sizeOf(book.accounts.get(BOB)!.positions[1]!)).to.equal(6n * LOT_FINE);
    expect(sizesOf(book, 1)).to.deep.equal([0n, 6n * LOT_FINE]);
    expect(book.accounts.get(ALICE)?.cash).to.equal(0n);
  });

  it("finds that more was taken than there is, and that something was taken from nobody", () => {
    const terms = { ...taken, sizeFine: 11n * LOT_FINE, priceX32: ONE, takenFine: 0n };

    expect(read(...aTrade(10, 100n), defaulted, terms).findings).to.have.length(1);
    expect(read(terms).findings).to.have.length(1);
    expect(read(...aTrade(10, 100n), { ...terms, sizeFine: 0n }).findings).to.have.length(1);
  });
});

describe("venue book, estates", () => {
  const ESTATE = `0x${"e5".repeat(20)}` as const;
  const formed = { kind: "estate-formed", account: ALICE, estate: ESTATE, markets: 2, cashFine: -5n } as const;
  const defaulted = { kind: "defaulted", account: ALICE, deficitFine: 0n } as const;

  it("moves positions in halted markets to the estate, with cash as the venue says, and leaves the defaulter nothing", () => {
    const { book, findings } = read(...aTrade(10, 100n), formed, defaulted);

    expect(findings).to.deep.equal([]);
    expect(book.accounts.get(ALICE)).to.deep.include({ cash: 0n });
    expect(book.accounts.get(ALICE)!.positions[1] ?? null).to.equal(null);
    expect(book.accounts.get(ESTATE)?.cash).to.equal(-5n);
    expect(sizesOf(book, 1)).to.deep.equal([10n * LOT_FINE, 10n * LOT_FINE]);
    expect(sizeOf(book.accounts.get(ESTATE)!.positions[1]!)).to.equal(10n * LOT_FINE);
  });

  it("has what an estate was closed with, until the shared fund takes it", () => {
    const closed = { kind: "estate-closed", estate: ESTATE, cashFine: 7n } as const;
    const end = [formed, defaulted, { ...defaulted, account: ESTATE }, closed] as const;

    expect(read(...aTrade(10, 100n), ...end).book.accounts.get(ESTATE)?.cash).to.equal(7n);
    const { book } = read(...aTrade(10, 100n), ...end, { kind: "estate-swept", estate: ESTATE, fine: 7n });
    expect(book.accounts.get(ESTATE)?.cash).to.equal(0n);
    expect(book.markets.get(0)?.fund).to.equal(7n);
  });

  it("finds that what passes to the estate was never there", () => {
    expect(read(...aTrade(10, 100n), { ...formed, markets: 4 }).findings).to.have.length(1);
    expect(read(formed).findings).to.have.length(1);
  });
});

describe("venue book, wind-down", () => {
  const closed = { kind: "market-closed", market: 1, priceX32: 90n * ONE } as const;
  // Alice has lost 10 a lot on 10 lots, and Bob has gained that.
  const debtor = {
    kind: "position-settled",
    account: ALICE,
    market: 1,
    cashFine: -100n * UNIT_FINE,
    quanta: 0n,
  } as const;
  const QUANTA = (100n * UNIT_FINE) / QUANTUM_FINE;
  const winner = { kind: "position-settled", account: BOB, market: 1, cashFine: 0n, quanta: QUANTA } as const;
  const swept = { kind: "dust-swept", market: 1, cashFine: 0n } as const;
  const concluded = {
    kind: "settlement-concluded",
    market: 1,
    claimsFine: QUANTA * QUANTUM_FINE,
    payableFine: QUANTA * QUANTUM_FINE,
    uncoveredFine: 0n,
  } as const;
  const paid = { kind: "claim-paid", account: BOB, market: 1, fine: 100n * UNIT_FINE } as const;
  const start = [...aTrade(10, 100n), closed];
  const equityOf = (book: ReturnType<typeof read>["book"], who: typeof ALICE | typeof BOB) =>
    standingOf(book, who, new Map([[1, 90n * ONE]])).equity / UNIT_FINE;

  it("turns a gain into a claim that counts, and the claim into cash", () => {
    const settled = read(...start, debtor, winner);
    expect(settled.findings).to.deep.equal([]);
    expect([settled.book.accounts.get(BOB)?.cash, equityOf(settled.book, BOB)]).to.deep.equal([
      1_000n * UNIT_FINE,
      1_100n,
    ]);
    expect(sizesOf(settled.book, 1)).to.deep.equal([0n, 0n]);

    const { book, findings } = read(...start, debtor, winner, swept, concluded, paid);
    expect(findings).to.deep.equal([]);
    expect(book.accounts.get(BOB)?.cash).to.equal(1_100n * UNIT_FINE);
    expect(book.markets.get(1)?.closing?.claims).to.equal(0n);
  });

  it("has claims bear what neither debtors, nor dust, nor funds have paid, and gives the rounding to the fund", () => {
    const payableFine = QUANTA * (QUANTUM_FINE - 7n);
    // 20 missing of debtors, 4 an old shortfall, 1 dust that is missing, 15 drawn, of which 5 from the shared fund.
    const { book, findings } = read(
      { kind: "contributed", market: 1, units: 10n },
      { kind: "contributed", market: 0, units: 5n },
      { kind: "loss-socialised", market: 1, takenFine: 0n, uncoveredFine: 4n * UNIT_FINE },
      ...start,
      { kind: "settlement-deficit", market: 1, fine: 20n * UNIT_FINE },
      debtor,
      winner,
      { ...swept, cashFine: -UNIT_FINE },
      { kind: "fund-drawn", market: 1, isShared: false, fine: 10n * UNIT_FINE },
      { kind: "fund-drawn", market: 1, isShared: true, fine: 5n * UNIT_FINE },
      { ...concluded, payableFine },
    );

    expect(findings).to.deep.equal([]);
    const { fund, shortfall, closing } = book.markets.get(1)!;
    expect([fund, shortfall]).to.deep.equal([100n * UNIT_FINE - 10n * UNIT_FINE - payableFine, 0n]);
    expect([closing?.rate, book.markets.get(0)?.fund]).to.deep.equal([QUANTUM_FINE - 7n, 0n]);
  });

  it("leaves a shortfall where even claims do not suffice, and takes dust into the fund", () => {
    const more = read(
      ...start,
      { kind: "settlement-deficit", market: 1, fine: 130n * UNIT_FINE },
      winner,
      { ...swept, cashFine: 2n * UNIT_FINE },
      { ...concluded, payableFine: 0n, uncoveredFine: 30n * UNIT_FINE },
    );
    expect(more.findings).to.deep.equal([]);
    const { fund, shortfall } = more.book.markets.get(1)!;
    expect([fund, shortfall]).to.deep.equal([2n * UNIT_FINE, 30n * UNIT_FINE]);
  });

  it("leaves the position of a bankrupt there to the event that settles it, and counts its claims against its debt", () => {
    const defaulted = { kind: "defaulted", account: BOB, deficitFine: 0n } as const;
    const before = read(...start, defaulted);
    expect(equityOf(before.book, BOB)).to.equal(0n);
    expect(before.book.accounts.get(BOB)?.cash).to.equal(-100n * UNIT_FINE);

    const settled = read(...start, defaulted, winner);
    expect([settled.findings, equityOf(settled.book, BOB)]).to.deep.equal([[], 0n]);
    // Once more, with nothing but the claim.
    const again = read(...start, winner, defaulted);
    expect([equityOf(again.book, BOB), again.book.accounts.get(BOB)?.cash]).to.deep.equal([0n, -100n * UNIT_FINE]);
  });

  it("finds settlements, claims and conclusions that do not follow", () => {
    for (const events of [
      [...aTrade(10, 100n), debtor],
      [...start, { ...debtor, cashFine: -1n }],
      [...start, { ...winner, quanta: 1n }],
      [...aTrade(10, 100n), swept],
      [...aTrade(10, 100n), concluded],
      [...start, debtor, winner, swept, { ...concluded, claimsFine: 1n }],
      [...start, debtor, winner, swept, { ...concluded, uncoveredFine: 1n }],
      [...start, debtor, winner, swept, concluded, { ...paid, fine: 1n }],
      [...start, debtor, winner, swept, concluded, { ...paid, account: ALICE, fine: 0n }],
    ] satisfies readonly (readonly VenueEvent[])[]) {
      expect(read(...events).findings, events.at(-1)?.kind).to.have.length(1);
    }
  });
});
