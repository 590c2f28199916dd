import { expect } from "chai";

import { UNIT_FINE } from "../../../../relayer/domain/risk/fine.ts";
import { applyVenueEvent, createVenueBook } from "../../../../relayer/domain/risk/venue-book.ts";
import type { VenueEvent } from "../../../../relayer/domain/risk/venue-event.ts";

const KEEPER = `0x${"ee".repeat(20)}` as const;

/** Funds by market and the keeper's cash, in units, after `events`. */
function after(...events: readonly VenueEvent[]) {
  const book = createVenueBook();
  const findings = events.map((event) => applyVenueEvent(book, event).finding).filter((finding) => finding !== null);
  const fundOf = (market: number) => (book.markets.get(market)?.fund ?? 0n) / UNIT_FINE;
  return { funds: [0, 1, 2].map(fundOf), cash: (book.accounts.get(KEEPER)?.cash ?? 0n) / UNIT_FINE, findings };
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
      ),
    ).to.deep.equal({ funds: [65n, 23n, 30n], cash: 5n, findings: [] });
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
