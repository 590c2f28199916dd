import { expect } from "chai";

import { keccakHasher } from "../../../relayer/adapters/evm/hasher.ts";
import { replayJournal } from "../../../relayer/app/verify/replay-journal.ts";
import { printIncident } from "../../../relayer/domain/timeline/incident.ts";
import type { VenueEvent } from "../../../relayer/domain/venue/venue-event.ts";
import type { JournalEntry } from "../../../relayer/ports/journal.ts";
import { DESK_POLICY } from "../../support/desk-builders.ts";
import { FakeDesk } from "../../support/fake-desk.ts";
import { FakeFleet, type FakeNode } from "../../support/fake-fleet.ts";
import { FakeVenue } from "../../support/fake-venue.ts";

const [ALICE, BOB] = [`0x${"a1".repeat(20)}`, `0x${"b0".repeat(20)}`] as const;
const PRICE = 1_000n << 32n;
const QUORUM = 2;
/** Past the last backup's turn, at ten seconds each. */
const ALL_TURNS_MS = 35_000;
const COVERAGE = { leastLossUnits: 1, steps: [{ at: 500_000, breaker: 1, margin: 1 }] };

/** Everything of the market is one position, and its worst scenario costs more than insurance has. */
const TRADE: readonly VenueEvent[] = [
  { kind: "market-set", market: 1, assetClass: 0, fundSharePpm: 0 },
  { kind: "market-listed", market: 1, firstOctave: 30 },
  { kind: "deposited", account: ALICE, units: 1_000n },
  { kind: "deposited", account: BOB, units: 1_000n },
  ...([1, -1] as const).map((side): VenueEvent => {
    const deal = { kind: "traded", market: 1, priceX32: PRICE, cashFine: 0n, feeUnits: 0n, restFine: 0n } as const;
    return { ...deal, account: side === 1 ? ALICE : BOB, lots: side * 10 };
  }),
];

describe("a journal of a quorum's node, with venues, joint decisions and instructions", () => {
  let fleet: FakeFleet;
  let desk: FakeDesk;
  let nodes: readonly FakeNode[];

  beforeEach(async () => {
    fleet = new FakeFleet(QUORUM);
    desk = new FakeDesk(fleet.chains[0]!);
    const venue = new FakeVenue(fleet.chains[0]!);
    [venue.desk, fleet.desks, fleet.venues] = [desk, [desk], [venue]];
    venue.prices.set(1, PRICE);
    venue.say(1, ...TRADE);
    const { cap } = DESK_POLICY;
    nodes = [0, 1, 2].map((index) => fleet.start(index, { rules: { cap, coverage: COVERAGE } }));
    // Figures are there before anything happens: joint decisions then leave them out first, and look at them after that.
    await fleet.run(ALL_TURNS_MS);
    fleet.trip();
    await fleet.run(ALL_TURNS_MS);
  });
  afterEach(() => fleet.stop());

  const replay = (entries: readonly JournalEntry[]) =>
    replayJournal({ replay: () => ReadableStream.from(entries) }, keccakHasher);
  const toldLive = ({ status }: FakeNode) =>
    status.incidents().map(({ id }) => ({ id, timeline: status.incident(id)?.timeline ?? [] }));
  const kindsOf = (text: string) =>
    (JSON.parse(text) as { cut: { venue: unknown }[] }).cut.map(({ venue }) => venue !== null);

  it("gives every decision again, byte for byte: those that looked at words alone beside those that looked at venues", async () => {
    for (const { journal } of nodes) {
      const { decisions } = await replay(journal.entries);
      const lookedAtVenues = decisions.map(({ text }) => kindsOf(text).includes(true));

      expect(new Set(lookedAtVenues)).to.deep.equal(new Set([true, false]));
      expect(decisions.filter(({ verdict }) => verdict !== "same")).to.deep.equal([]);
    }
  });

  it("tells each incident line by line as it was told live, and twice the same bytes", async () => {
    for (const node of nodes) {
      const [first, second] = [await replay(node.journal.entries), await replay(node.journal.entries)];
      const print = ({ timeline }: typeof first) => [...timeline.values()].map(printIncident).join("\n");

      expect(print(second)).to.equal(print(first));
      const told = [...first.timeline.values()].map(({ id, timeline }) => ({ id, timeline }));
      expect(told.toReversed()).to.deep.equal(toldLive(node));
    }
  });

  it("holds every step of an instruction in the story of its market, with its transaction", async () => {
    const teller = nodes.find(({ status }) => status.instructions().length > 0)!;
    const { timeline } = await replay(teller.journal.entries);

    const [told] = teller.status.instructions();
    const story = [...timeline.values()].find(({ decisions }) => decisions.includes(told!.decision));
    const at = story!.timeline.filter(({ what }) => ["instructed", "sent", "carried-out", "final"].includes(what));
    const steps = at.filter(({ what, detail }) => what !== "sent" || detail === told!.deliveries[0]!.transactions[0]);
    expect(steps.map(({ what }) => what)).to.deep.equal(["instructed", "sent", "carried-out", "final"]);
    expect(steps[0]?.detail).to.match(/^open-interest-cap 10000 units, market 1, until \d+$/);
    expect(desk.taken).to.have.length(1);
  });

  it("opens an incident of its own where a rule saw what no sensor had asserted", async () => {
    const [node] = nodes;
    const incidents = [...(await replay(node!.journal.entries)).timeline.values()];

    expect(incidents.map(({ id }) => id.replace(/[0-9a-f]{8}$/, "…"))).to.include("inc-50901-0x…");
    const opened = incidents.find(({ id }) => id.includes("0x"));
    expect(opened?.id).to.equal(`inc-50901-${opened?.decisions[0]?.slice(0, 10) ?? ""}`);
    expect(opened?.timeline[0]).to.deep.include({ what: "decided", detail: opened?.decisions[0] });
  });

  it("calls a decision different when a venue is struck from its cut", async () => {
    const [node] = nodes;
    const entries = node!.journal.entries.map((entry): JournalEntry => {
      if (entry.kind !== "decision") return entry;
      return { ...entry, text: entry.text.replace(/"venue":\{[^}]*\}/, '"venue":null') };
    });

    const { decisions } = await replay(entries);
    const struck = decisions.filter((_, index) => {
      const original = node!.journal.entries.filter((entry) => entry.kind === "decision")[index];
      return original?.kind === "decision" && kindsOf(original.text).includes(true);
    });
    expect(struck.length).to.be.greaterThan(0);
    expect([...new Set(struck.map(({ verdict }) => verdict))]).to.deep.equal(["different"]);
  });
});
