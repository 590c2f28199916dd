import { expect } from "chai";

import type { VenueFigures } from "../../../../relayer/domain/risk/figures.ts";
import { DEFAULT_SCENARIOS } from "../../../../relayer/domain/risk/scenarios.ts";
import type { VenueEvent } from "../../../../relayer/domain/venue/venue-event.ts";
import { createVenueWatcher } from "../../../../relayer/app/risk/watch-venue.ts";
import type { AppContext } from "../../../../relayer/app/context.ts";
import type { Ledger } from "../../../../relayer/app/ledger.ts";
import { createExposure } from "../../../../relayer/domain/exposure/exposure.ts";
import { RelayerError } from "../../../../relayer/errors.ts";
import { EIDS } from "../../../support/builders.ts";
import { FakeChain } from "../../../support/fake-chain.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { FakeLog } from "../../../support/fake-log.ts";
import { FakeMesh } from "../../../support/fake-mesh.ts";
import { FakeMetrics } from "../../../support/fake-metrics.ts";
import { FakeVenue } from "../../../support/fake-venue.ts";

const [ALICE, BOB] = [`0x${"a1".repeat(20)}`, `0x${"b0".repeat(20)}`] as const;
const UNIT = 1n << 136n;
const PRICE = 1_000n << 32n;

/** Alice buys `lots` from Bob at 1,000 units a lot; both had paid in `units`. */
function aTrade(lots: number, units: bigint): readonly VenueEvent[] {
  const deal = { kind: "traded", market: 1, restFine: 0n, priceX32: PRICE, cashFine: 0n, feeUnits: 0n } as const;
  return [
    { kind: "market-set", market: 1, assetClass: 0, fundSharePpm: 0 },
    { kind: "market-listed", market: 1, firstOctave: 30 },
    { kind: "deposited", account: ALICE, units },
    { kind: "deposited", account: BOB, units },
    { kind: "contributed", market: 1, units: 500n },
    { ...deal, account: ALICE, lots },
    { ...deal, account: BOB, lots: -lots },
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
    venue.say(1, ...aTrade(10, 1_000n));
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
    venue.say(1, ...aTrade(10, 1_000n));
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
    const [listed, set, ...others] = aTrade(10, 1_000n);
    const wrong: VenueEvent = { kind: "settled", account: ALICE, market: 1, cashFine: UNIT, sizeFine: 0n, seen: 3 };
    venue.say(1, listed!, set!, ...others, wrong);
    await mesh.start();
    await mesh.run(6_000);

    expect(seen()).to.deep.equal([]);
  });

  it("goes back to where the chain is still the same when what was final is gone", async () => {
    venue.say(1, ...aTrade(10, 1_000n));
    await mesh.start();
    await mesh.run(8_000);
    const { length } = venue.ranges;
    venue.replacedFrom = (seen().at(-1)?.block.number ?? 0) - 1;
    await mesh.run(4_000);

    expect(mesh.log.messages("error")).to.include("venue reorganised beyond finality, gone back");
    expect(venue.ranges.slice(length).every(({ from }) => from > 1)).to.equal(true);
  });

  it("begins anew when nothing of it is", async () => {
    venue.say(1, ...aTrade(10, 1_000n));
    await mesh.start();
    await mesh.run(6_000);
    venue.replacedFrom = 0;
    await mesh.run(4_000);

    expect(mesh.log.messages("error")).to.include("venue reorganised beyond finality, reading it anew");
  });

  it("reads again what came since events and views agreed, and only then everything", async () => {
    venue.say(1, ...aTrade(10, 1_000n));
    await mesh.start();
    await mesh.run(8_000);
    const [before, figures] = [venue.ranges.length, seen().length];
    venue.hides = "contributed";
    venue.say(mesh.chain(0).head.number + 1, { kind: "contributed", market: 1, units: 7n });
    await mesh.run(14_000);

    const [again] = mesh.log.lines.filter(({ message }) => message.endsWith("reading them again"));
    expect(again?.facts).to.deep.include({ check: "views" });
    expect(mesh.log.messages("error")).to.include("venue contradicts its events, reading it anew");
    expect(venue.ranges.slice(before).map(({ from }) => from)).to.include(1);
    const published = seen().length;
    await mesh.run(6_000);
    expect([published > figures, seen().length]).to.deep.equal([true, published]);
    expect(mesh.metrics.of("venueChecked").at(-1)).to.deep.equal([venue.name, "views", false]);

    venue.hides = null;
    await mesh.run(8_000);
    expect(seen().at(-1)?.markets[0]?.fund).to.equal(507n);
    expect(mesh.metrics.of("venueChecked")).to.deep.include([venue.name, "sums", true]);
  });

  it("refuses a range that does not hang on to what was read before", async () => {
    venue.say(1, ...aTrade(10, 1_000n));
    await mesh.start();
    await mesh.run(6_000);
    const figures = seen().length;
    venue.isTornOff = true;
    await mesh.run(6_000);

    expect(seen().length).to.equal(figures);
    expect(mesh.metrics.of("failed")).to.deep.include([venue.name, new RelayerError("BLOCK_REPLACED", "").code]);
  });
});

describe("venue self-check", () => {
  it("withholds figures and raises the alarm when what is brought forward is not what it sums, and begins anew", async () => {
    const clock = new FakeClock();
    const chain = new FakeChain(EIDS[0]!, { clock, finalityDepth: 4, accounts: [] });
    const venue = new FakeVenue(chain);
    venue.prices.set(1, PRICE);
    venue.say(1, ...aTrade(10, 1_000n));
    const [metrics, log] = [new FakeMetrics(), new FakeLog()];
    const recorded: unknown[] = [];
    const ledger: Pick<Ledger, "world" | "record"> = {
      get world() {
        const view = { finalised: { block: chain.head } };
        return { chains: new Map([[chain.eid, view]]) } as unknown as Ledger["world"];
      },
      record: (observation) => (recorded.push(observation), []),
    };
    const context = { clock, metrics, log, ledger, signal: new AbortController().signal } as unknown as AppContext;
    const exposure = createExposure(1);
    const watch = { venue, maxLogRange: 100, accountsChecked: 8, recheckSeconds: 4 };
    const watcher = createVenueWatcher(watch, { scenarios: DEFAULT_SCENARIOS, place: { exposure, chain: 0 } }, context);
    const turns: (() => Promise<void>)[] = [];
    await watcher.run({ run: (_, { turn }) => Promise.resolve(void turns.push(turn)), statuses: () => [] });
    const turn = async (seconds: number): Promise<void> => {
      await clock.advance(seconds * 1_000);
      chain.mine();
      await turns[0]?.();
    };

    await turn(1);
    expect([recorded.length, exposure.cells[2]]).to.deep.equal([1, 10n]);
    // Memory that went bad: a sum that no cell stands behind. The next turn comes before the next check, and sees nothing.
    exposure.byMarket[2] = 99n;
    await turn(1);
    expect(recorded.length).to.equal(2);
    await turn(4);

    expect(recorded.length).to.equal(2);
    expect(metrics.of("venueChecked").at(-1)).to.deep.equal([venue.name, "sums", false]);
    expect(metrics.of("found")).to.deep.equal([[venue.name, "disagreement"]]);
    expect(log.messages("error")).to.deep.equal(["venue contradicts its events, reading it anew"]);
    await turn(4);
    expect([recorded.length, exposure.byMarket[2]]).to.deep.equal([3, 10n]);
    expect(metrics.of("venueChecked").at(-1)).to.deep.equal([venue.name, "sums", true]);
  });
});
