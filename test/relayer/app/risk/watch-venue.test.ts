import { expect } from "chai";

import type { VenueEvent } from "../../../../relayer/domain/risk/venue-event.ts";
import type { VenueFigures } from "../../../../relayer/domain/risk/figures.ts";
import { DEFAULT_SCENARIOS } from "../../../../relayer/domain/risk/scenarios.ts";
import { FakeMesh } from "../../../support/fake-mesh.ts";
import { FakeVenue } from "../../../support/fake-venue.ts";

const [ALICE, BOB] = [`0x${"a1".repeat(20)}`, `0x${"b0".repeat(20)}`] as const;
const LOT = 1n << 104n;
const UNIT = 1n << 136n;
const PRICE = 1_000n << 32n;

/** Alice buys `lots` from Bob at 1,000 units a lot; both had paid in `units`. */
function aTrade(lots: bigint, units: bigint): readonly VenueEvent[] {
  const deal = { kind: "traded", market: 1, priceX32: PRICE, cashFine: 0n, feeUnits: 0n } as const;
  return [
    { kind: "market-set", market: 1, assetClass: 0, fundSharePpm: 0 },
    { kind: "market-listed", market: 1, firstOctave: 30 },
    { kind: "deposited", account: ALICE, units },
    { kind: "deposited", account: BOB, units },
    { kind: "contributed", market: 1, units: 500n },
    { ...deal, account: ALICE, sizeFine: lots * LOT },
    { ...deal, account: BOB, sizeFine: -lots * LOT },
  ];
}

describe("venue watcher", () => {
  let mesh: FakeMesh;
  let venue: FakeVenue;

  beforeEach(() => {
    mesh = new FakeMesh();
    venue = new FakeVenue(mesh.chain(0));
    venue.prices.set(1, PRICE);
    mesh.venues = [venue];
  });

  afterEach(() => mesh.stop());

  const seen = (): readonly VenueFigures[] =>
    mesh.journal.entries.flatMap((entry) =>
      entry.kind === "observation" && entry.observation.kind === "venue-seen" ? [entry.observation.figures] : [],
    );

  it("records what risk comes to at the finalised head, and anew when that moves", async () => {
    venue.say(1, ...aTrade(10n, 1_000n));
    await mesh.start();
    await mesh.run(8_000);

    const [first, ...later] = seen();
    expect(first?.markets[0]).to.deep.include({ openInterest: 10_000n, largest: 10_000n, skew: 0n, fund: 500n });
    const down15 = DEFAULT_SCENARIOS.findIndex(({ id }) => id === "all-down-15");
    expect(first?.markets[0]?.stressed[down15]).to.equal(500n);
    expect(later.length).to.be.greaterThan(0);
    expect(mesh.status?.exposure()[0]?.markets[0]).to.deep.include({ openInterest: "10000", insurance: "500" });
    // Each block once: nothing is read again that was read.
    const read = venue.ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
    expect(new Set(read).size).to.equal(read.length);
  });

  it("publishes nothing while events and views differ, and reads anew until they agree", async () => {
    venue.say(1, ...aTrade(10n, 1_000n));
    venue.hides = "contributed";
    await mesh.start();
    await mesh.run(8_000);

    expect(seen()).to.deep.equal([]);
    expect(mesh.metrics.of("found").map(([, kind]) => kind)).to.include("disagreement");
    expect(mesh.log.messages("error")).to.include("venue contradicts its events, reading it anew");

    venue.hides = null;
    await mesh.run(6_000);
    expect(seen().length).to.be.greaterThan(0);
  });

  it("finds an event that cannot follow from those before it", async () => {
    const [listed, set, ...others] = aTrade(10n, 1_000n);
    const wrong: VenueEvent = { kind: "settled", account: ALICE, market: 1, cashFine: UNIT, sizeFine: 0n, seen: 3 };
    venue.say(1, listed!, set!, ...others, wrong);
    await mesh.start();
    await mesh.run(6_000);

    expect(seen()).to.deep.equal([]);
  });

  it("begins anew when even what was final is gone", async () => {
    venue.say(1, ...aTrade(10n, 1_000n));
    await mesh.start();
    await mesh.run(6_000);
    venue.isReplaced = true;
    await mesh.run(4_000);

    expect(mesh.log.messages("error")).to.include("venue reorganised beyond finality, reading it anew");
  });
});
