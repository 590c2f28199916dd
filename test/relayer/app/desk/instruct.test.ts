import { expect } from "chai";

import type { InstructionKind } from "../../../../relayer/domain/desk/instruction.ts";
import type { Rules } from "../../../../relayer/domain/policy/policy.ts";
import type { VenueEvent } from "../../../../relayer/domain/venue/venue-event.ts";
import { DESK_POLICY } from "../../../support/desk-builders.ts";
import { FakeDesk } from "../../../support/fake-desk.ts";
import { FakeFleet, type FakeNode } from "../../../support/fake-fleet.ts";
import { FakeVenue } from "../../../support/fake-venue.ts";

const [ALICE, BOB] = [`0x${"a1".repeat(20)}`, `0x${"b0".repeat(20)}`] as const;
const PRICE = 1_000n << 32n;
/** Figures are read every two seconds and four blocks behind; then a decision, signatures, a block. */
const SETTLED_MS = 15_000;
/** Past the last backup's turn, at ten seconds each. */
const ALL_TURNS_MS = 35_000;

/** One position on each side: the market is crowded, and its worst scenario costs more than its fund has. */
const TRADE: readonly VenueEvent[] = [
  { kind: "market-set", market: 1, assetClass: 0, fundSharePpm: 0 },
  { kind: "market-listed", market: 1, firstOctave: 30 },
  { kind: "deposited", account: ALICE, units: 1_000n },
  { kind: "deposited", account: BOB, units: 1_000n },
  { kind: "contributed", market: 0, units: 5_000n },
  ...([1, -1] as const).map((side): VenueEvent => {
    const account = side === 1 ? ALICE : BOB;
    return {
      kind: "traded",
      account,
      market: 1,
      priceX32: PRICE,
      cashFine: 0n,
      feeUnits: 0n,
      lots: side * 10,
      restFine: 0n,
    };
  }),
];

describe("instructor", () => {
  let fleet: FakeFleet;
  let desks: readonly FakeDesk[];

  beforeEach(() => {
    fleet = new FakeFleet(2);
    desks = fleet.chains.map((chain) => new FakeDesk(chain));
    fleet.desks = desks;
    fleet.venues = [0].map((index) => {
      const venue = new FakeVenue(fleet.chains[index]!);
      venue.desk = desks[index]!;
      venue.prices.set(1, PRICE);
      venue.say(1, ...TRADE);
      return venue;
    });
  });
  afterEach(() => fleet.stop());

  const only = (rule: "cap" | "cover"): Omit<Rules, "mirror"> => ({ [rule]: DESK_POLICY[rule] });
  const startAll = (rules = only("cap"), instructs?: readonly InstructionKind[]) =>
    [0, 1, 2].map((index) => fleet.start(index, { rules, ...(instructs === undefined ? {} : { instructs }) }));
  const states = (nodes: readonly FakeNode[]) =>
    nodes.flatMap(({ status }) =>
      status.instructions().flatMap(({ deliveries }) => deliveries.map(({ state }) => state)),
    );
  const outcomes = (nodes: readonly FakeNode[]) =>
    nodes.flatMap(({ metrics }) => metrics.of("closed").map(([, of]) => `${of.kind} ${of.outcome}`));

  it("has a desk told once, by one node, with the signatures of two that have reckoned the same", async () => {
    const nodes = startAll();
    await fleet.run(ALL_TURNS_MS);

    expect(desks.map(({ taken }) => taken.length)).to.deep.equal([1, 0]);
    const [signed] = desks[0]!.taken;
    expect(new Set(signed?.signatures.map(({ signer }) => signer))).to.have.property("size", 2);
    expect(desks[0]!.reportAt(1, fleet.chains[0]!.head.number).envelope.capUnits).to.equal(10_000n);
    expect(states(nodes)).to.deep.equal(["final"]);
    expect(outcomes(nodes)).to.deep.equal(["open-interest-cap confirmed", "open-interest-cap final"]);
    const [status] = nodes.flatMap((node) => node.status.instructions());
    expect(status?.decision).to.equal(signed?.instruction.decision);
    expect(status?.deliveries[0]).to.deep.include({ units: "10000", transactions: [`0x${"1".padStart(64, "0")}`] });
  });

  it("leaves it to a backup where the first is away, after its delay and not before", async () => {
    const probe = startAll();
    await fleet.run(SETTLED_MS);
    const first = probe.findIndex(({ status }) => status.instructions().length > 0);
    await fleet.stop();
    expect(first).to.be.at.least(0);

    const second = new FakeFleet(2);
    const desk = new FakeDesk(second.chains[0]!);
    const venue = new FakeVenue(second.chains[0]!);
    [venue.desk, second.desks, second.venues] = [desk, [desk], [venue]];
    venue.prices.set(1, PRICE);
    venue.say(1, ...TRADE);
    fleet = second;
    for (const index of [0, 1, 2].filter((of) => of !== first)) fleet.start(index, { rules: only("cap") });

    await fleet.run(9_000);
    expect(desk.taken).to.have.length(0);
    await fleet.run(ALL_TURNS_MS);
    expect(desk.taken).to.have.length(1);
  });

  it("does not take a transaction's word for it: what was taken and lost is sent again, and in the end given up", async () => {
    desks[0]!.losesAll = true;
    const nodes = startAll();
    await fleet.run(120_000);

    const own = nodes.find(({ status }) => status.instructions().length > 0)!;
    expect(own.metrics.of("sent")).to.have.length(4);
    expect(outcomes([own]))
      .to.include("open-interest-cap abandoned")
      .and.to.not.include("open-interest-cap confirmed");
    expect(own.log.messages("warn")).to.include("instruction given up");
  });

  it("opens again what a reorganisation took back, and tells the desk again", async () => {
    const nodes = startAll();
    for (let turns = 0; turns < 60 && !outcomes(nodes).includes("open-interest-cap confirmed"); turns += 1) {
      await fleet.run(250);
    }
    const chain = fleet.chains[0]!;
    desks[0]!.undoAbove(chain.head.number - 2);
    chain.reorganise(2);
    expect(states(nodes)).to.deep.equal(["confirmed"]);
    await fleet.run(ALL_TURNS_MS);

    const operations = desks[0]!.taken.map(({ instruction }) => instruction.operation);
    expect(operations).to.have.length(2);
    expect(new Set(operations)).to.have.property("size", 1);
    expect(new Set(states(nodes))).to.deep.equal(new Set(["final"]));
  });

  it("leaves a desk alone that refuses, and says so", async () => {
    const stranger = new FakeDesk(fleet.chains[0]!);
    stranger.submit = () =>
      desks[1]!.submit({ instruction: { ...IDLE }, signatures: [] }, new AbortController().signal);
    fleet.desks = [stranger];
    const nodes = startAll();
    await fleet.run(90_000);

    expect(outcomes(nodes)).to.include("open-interest-cap abandoned");
    expect(nodes.flatMap(({ metrics }) => metrics.of("failed").map(([, code]) => code))).to.include("CRD-310");
  });

  it("moves insurance once at a time, and each move is an operation of its own", async () => {
    const nodes = startAll(only("cover"));
    await fleet.run(ALL_TURNS_MS);

    const operations = desks[0]!.taken.map(({ instruction }) => instruction.operation);
    expect(operations.length).to.be.at.least(1);
    expect(new Set(operations).size).to.equal(operations.length);
    expect(outcomes(nodes)).to.include("insurance-move final");
  });

  it("moves nothing where no node is in mode full, though all reckon that it should", async () => {
    const nodes = startAll(only("cover"), ["open-interest-cap", "deleveraging-budget"]);
    await fleet.run(ALL_TURNS_MS);

    expect(desks[0]!.taken).to.deep.equal([]);
    expect(states(nodes)).to.deep.equal([]);
  });

  it("gets no signature for a move from nodes that are not in mode full", async () => {
    const nodes = [0, 1, 2].map((index) => {
      return fleet.start(index, {
        rules: only("cover"),
        instructs: index === 0 ? ["insurance-move"] : ["open-interest-cap"],
      });
    });
    await fleet.run(ALL_TURNS_MS);

    expect(desks[0]!.taken).to.deep.equal([]);
    const answered = nodes.flatMap(({ metrics }) =>
      metrics.of("coSigned").map(([{ side, outcome }]) => `${side} ${outcome}`),
    );
    expect(answered).to.include("answered kind");
    expect(answered).to.not.include("answered signed");
  });

  it("tells nothing alone: one key is no quorum, whatever the hub says", async () => {
    fleet.start(0, { rules: only("cap") });
    await fleet.run(ALL_TURNS_MS);

    expect(desks[0]!.taken).to.deep.equal([]);
  });

  it("is not held up on other chains by a desk that hangs", async () => {
    desks[0]!.hangs = true;
    const venue = new FakeVenue(fleet.chains[1]!);
    venue.desk = desks[1]!;
    venue.prices.set(1, PRICE);
    venue.say(1, ...TRADE);
    fleet.venues = [...fleet.venues, venue];
    startAll();
    await fleet.run(ALL_TURNS_MS);

    expect(desks[1]!.taken).to.have.length(1);
  });
});

/** An instruction that no desk takes. */
const IDLE = {
  decision: "0x",
  operation: "0x",
  deadline: 0,
  kind: "open-interest-cap",
  market: 1,
  toMarket: 0,
  until: 0,
  globalOpenInterest: 0n,
  allotments: [],
} as const;
