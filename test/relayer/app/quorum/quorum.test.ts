import { expect } from "chai";

import { rungsAt } from "../../../../relayer/domain/incident/posture.ts";
import { nameRungs } from "../../../../relayer/domain/incident/rungs.ts";
import type { Chain } from "../../../../relayer/ports/chain.ts";
import { rungs } from "../../../support/builders.ts";
import type { FakeChain } from "../../../support/fake-chain.ts";
import { FakeFleet, type FakeNode } from "../../../support/fake-fleet.ts";
import { MIRROR } from "../../../support/fake-mesh.ts";

const inForce = (chain: FakeChain): string => nameRungs(rungsAt(chain.hub.state().posture, 1));
const EVERYWHERE_HALTED = Array(3).fill("halted/m4");
/** By then raises that lapse by themselves are due for renewal. */
const RENEWAL_MS = 150_000;
const CAUTION_M1 = rungs(1, 1);

describe("operators' quorum", () => {
  let fleet: FakeFleet;

  beforeEach(() => {
    fleet = new FakeFleet();
  });

  afterEach(() => fleet.stop());

  const startAll = async () => {
    const nodes = [0, 1, 2].map((index) => fleet.start(index));
    await fleet.run(1_000);
    return nodes as [FakeNode, FakeNode, FakeNode];
  };
  const outcomes = (node: FakeNode, side: "asked" | "answered") =>
    node.metrics.of("coSigned").flatMap(([signing]) => (signing.side === side ? [signing.outcome] : []));
  const signers = (chain: FakeChain) => chain.submitted.map(({ signatures }) => signatures.length);

  describe("when a chain halts and all nodes are there", () => {
    it("brings reduce-only by the first signature, in the same poll, and the halt by two", async () => {
      await startAll();

      fleet.trip();
      await fleet.run(250);
      const first = fleet.chains[1]!.submitted[0]!;
      await fleet.run(3_000);

      expect(first.signatures).to.have.length(1);
      expect(fleet.chains.map(inForce)).to.deep.equal(EVERYWHERE_HALTED);
      // All race: one each alone, and one each with a peer.
      expect(signers(fleet.chains[1]!).toSorted()).to.deep.equal([1, 1, 1, 2, 2, 2]);
      expect(fleet.chains[1]!.mined.every(({ status }) => status === "success")).to.equal(true);
    });
  });

  describe("when one node of three is dead", () => {
    it("brings the halt by the two that are left", async () => {
      fleet.start(0);
      fleet.start(2);
      await fleet.run(1_000);
      fleet.line.faults.set(fleet.operators[1]!, "dead");

      fleet.trip();
      await fleet.run(3_000);

      expect(fleet.chains.map(inForce)).to.deep.equal(EVERYWHERE_HALTED);
      expect(signers(fleet.chains[2]!).toSorted()).to.deep.equal([1, 1, 2, 2]);
    });
  });

  for (const fault of ["dead", "hanging", "lying", "garbled", "denying"] as const) {
    describe(`when both peers are ${fault}`, () => {
      it("still brings reduce-only in the poll that shows the assertion, and says that the quorum is missing", async () => {
        const [node] = [fleet.start(0)];
        await fleet.run(1_000);
        for (const operator of fleet.operators.slice(1)) fleet.line.faults.set(operator, fault);

        fleet.trip();
        await fleet.run(250);
        const sent = fleet.chains.map((chain) => chain.submitted.length);
        await fleet.run(10_000);

        expect(sent).to.deep.equal([0, 1, 1]);
        expect(fleet.chains.map(inForce)).to.deep.equal(["halted/m4", "reduce-only/m2", "reduce-only/m2"]);
        expect(node.metrics.of("failed")).to.deep.include(["sign", "CRD-705"]);
        const { isReady, components } = node.status.ready();
        expect(isReady).to.equal(true);
        expect(components.find(({ name }) => name === "quorum")?.health).to.equal("degraded");
      });
    });
  }

  describe("when the peers come back", () => {
    it("brings the halt without news, and asked a bounded number of times meanwhile", async () => {
      await startAll();
      for (const operator of fleet.operators) fleet.line.faults.set(operator, "dead");
      fleet.trip();
      await fleet.run(60_000);
      const asked = fleet.line.asked.length;
      const meanwhile = fleet.chains.map(inForce);
      fleet.line.faults.clear();

      await fleet.run(10_000);

      expect(fleet.chains.map(inForce)).to.deep.equal(EVERYWHERE_HALTED);
      expect(meanwhile).to.deep.equal(["halted/m4", "reduce-only/m2", "reduce-only/m2"]);
      // Three nodes with two peers each, once every 8 s when they have slowed down.
      expect(asked).to.be.within(6 * 8, 6 * 14);
    });
  });

  describe("when one node follows another policy", () => {
    it("is refused by the others, and the others go on without it", async () => {
      const odd = fleet.start(0, { mirror: { ...MIRROR, renewBelowSeconds: 100 } });
      const [second] = [fleet.start(1), fleet.start(2)];
      await fleet.run(1_000);

      fleet.trip();
      await fleet.run(3_000);

      expect(new Set(outcomes(odd, "asked"))).to.deep.equal(new Set(["policy-differs"]));
      expect(outcomes(second, "asked")).to.include("signed");
      expect(fleet.chains.map(inForce)).to.deep.equal(EVERYWHERE_HALTED);
    });
  });

  describe("when the endpoint of one node shows an assertion that never was", () => {
    it("gets no signature, and no other chain halts", async () => {
      const liar = fleet.start(0, { seeing: (chain) => (chain === fleet.chains[0] ? withForgedHalt(chain) : chain) });
      fleet.start(1);
      fleet.start(2);
      await fleet.run(1_000);
      await fleet.run(5_000);

      expect(new Set(outcomes(liar, "asked"))).to.deep.equal(new Set(["not-reproducible"]));
      // Its own key brings its own ceiling, for ten minutes: that is the bound on a node that is lied to.
      expect(fleet.chains.map(inForce)).to.deep.equal(["reduce-only/m2", "reduce-only/m2", "reduce-only/m2"]);
    });
  });

  describe("when the endpoint of one node hides an assertion", () => {
    it("does not sign it, and the other two bring the halt", async () => {
      const blind = fleet.start(0, { seeing: (chain) => (chain === fleet.chains[0] ? frozen(chain) : chain) });
      fleet.start(1);
      fleet.start(2);
      await fleet.run(1_000);

      fleet.trip();
      await fleet.run(4_000);

      expect(fleet.chains.map(inForce)).to.deep.equal(EVERYWHERE_HALTED);
      expect(outcomes(blind, "answered")).to.include("not-reproducible");
      expect(outcomes(blind, "answered")).to.not.include("signed");
    });
  });

  describe("when one node doubts the finality of a chain", () => {
    it("signs and is signed for halts all the same, and refuses what only that finality asks for", async () => {
      const seeing = (chain: FakeChain) => (chain === fleet.chains[0] ? withoutAgreement(chain) : chain);
      const doubting = fleet.start(0, { seeing, quorum: 2 });
      fleet.start(1);
      await fleet.run(1_000);

      fleet.trip();
      await fleet.run(3_000);
      const halted = fleet.chains.map(inForce);
      const early = outcomes(doubting, "answered");
      await fleet.run(RENEWAL_MS);

      expect(halted).to.deep.equal(EVERYWHERE_HALTED);
      expect(outcomes(doubting, "asked")).to.include("signed");
      expect(new Set(early)).to.deep.equal(new Set(["signed"]));
      expect(outcomes(doubting, "answered").slice(early.length)).to.include("in-doubt");
    });
  });

  describe("when no rung is asked for that cannot wait", () => {
    it("sends one directive to each chain, by the node whose turn it is", async () => {
      await startAll();

      fleet.trip(CAUTION_M1);
      await fleet.run(9_000);

      expect(fleet.chains.map(({ submitted }) => submitted.length)).to.deep.equal([0, 1, 1]);
      expect(fleet.chains.map(inForce)).to.deep.equal(Array(3).fill("caution/m1"));
    });

    it("has a backup send it when that node is dead, once the delay is over", async () => {
      const nodes = await startAll();
      const [first] = await Promise.all(nodes.slice(0, 1).map((node) => node.stop()));
      expect(first).to.equal(undefined);

      fleet.trip(CAUTION_M1);
      await fleet.run(9_000);
      const early = fleet.chains.map(({ submitted }) => submitted.length);
      await fleet.run(3_000);

      // Whose turn it is depends on the chain: where it was not the dead node's, nobody waited.
      expect(early.reduce((sum, each) => sum + each, 0)).to.be.lessThan(2);
      expect(fleet.chains.map(({ submitted }) => submitted.length)).to.deep.equal([0, 1, 1]);
      expect(fleet.chains.map(inForce)).to.deep.equal(Array(3).fill("caution/m1"));
    });
  });

  describe("when a peer pays from the same wallet", () => {
    it("stops", async () => {
      const [operator, other] = fleet.operators;
      const node = fleet.start(0);
      fleet.start(1);
      const met = fleet.line.introductions.get(other!)!;
      const { wallet } = fleet.line.introductions.get(operator!)!;
      fleet.line.introductions.set(other!, { ...met, wallet });

      await fleet.run(1_000);

      expect(node.halts.map(({ name }) => name)).to.deep.equal(["KEY_SHARED"]);
    });
  });
});

/** The chain, but with a halt in the state that was never asserted there. */
function withForgedHalt(chain: FakeChain): Chain {
  return seenAs(chain, {
    snapshot: async (at, signal) => {
      const snapshot = await chain.snapshot(at, signal);
      const forged = chain.hub.copy();
      forged.assertRungs(1, rungs(3, 4), at.timestamp);
      const { meshWords, posture } = forged.state();
      return { ...snapshot, meshWords, posture, seq: snapshot.seq + 1 };
    },
  });
}

/** The chain, with endpoints that do not agree on what is final. */
function withoutAgreement(chain: FakeChain): Chain {
  return seenAs(chain, { agreement: () => Promise.resolve({ agreeing: [], differing: [] }) });
}

/** The chain as it was, for ever: no event, and the state of the beginning. */
function frozen(chain: FakeChain): Chain {
  const { meshWords, localWords, posture, seq } = chain.hub.state();
  return seenAs(chain, {
    hubEvents: () => Promise.resolve([]),
    snapshot: async (at, signal) => ({ ...(await chain.snapshot(at, signal)), meshWords, localWords, posture, seq }),
  });
}

function seenAs(chain: FakeChain, other: Partial<Chain>): Chain {
  return {
    eid: chain.eid,
    name: chain.name,
    heads: (signal) => chain.heads(signal),
    block: (number, signal) => chain.block(number, signal),
    hubEvents: (range, signal) => chain.hubEvents(range, signal),
    snapshot: (at, signal) => chain.snapshot(at, signal),
    agreement: (expected, quorum, signal) => chain.agreement(expected, quorum, signal),
    submit: (directive, signal) => chain.submit(directive, signal),
    receipt: (txHash, signal) => chain.receipt(txHash, signal),
    endpoints: () => chain.endpoints(),
    onHead: (wake) => chain.onHead(wake),
    close: () => chain.close(),
    ...other,
  };
}
