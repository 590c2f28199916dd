import { expect } from "chai";

import { keccakHasher } from "../../../relayer/adapters/evm/hasher.ts";
import type { DecisionEntry, ObservationEntry } from "../../../relayer/ports/journal.ts";
import type { BlockId, CutPoint, Decision } from "../../../relayer/domain/decision/decision.ts";
import { sealDecision } from "../../../relayer/domain/decision/seal.ts";
import { plan } from "../../../relayer/domain/policy/plan.ts";
import type { ChainCut } from "../../../relayer/domain/policy/plan-input.ts";
import { reduce } from "../../../relayer/domain/world/reduce.ts";
import { EMPTY_WORLD, type StateAt } from "../../../relayer/domain/world/world.ts";
import { FakeMesh, MIRROR } from "../../support/fake-mesh.ts";

/** A decision as it stands in the journal, as far as is needed to repeat it. */
interface Written extends Pick<Decision, "cut" | "operators" | "policyHash"> {
  readonly directives: readonly { readonly kind: string }[];
  readonly inFlight: readonly unknown[];
}

const NEVER = new AbortController().signal;

/** What anybody can read off the chains at a decision's cut. */
async function readCut(mesh: FakeMesh, { eid, latest, finalised, isCaughtUp }: CutPoint): Promise<ChainCut> {
  const chain = mesh.chains.find((candidate) => candidate.eid === eid);
  const read = async ({ number, hash }: BlockId): Promise<StateAt> => {
    const block = await chain!.block(number, NEVER);
    expect(block.hash).to.equal(hash);
    const { block: at, ...state } = await chain!.snapshot(block, NEVER);
    return { block: at, state };
  };
  return { eid, latest: await read(latest), finalised: await read(finalised), isCaughtUp };
}

describe("journal", () => {
  let mesh: FakeMesh;

  beforeEach(async () => {
    mesh = new FakeMesh();
    await mesh.start();
  });

  afterEach(() => mesh.stop());

  const observations = () =>
    mesh.journal.entries.filter((entry): entry is ObservationEntry => entry.kind === "observation");
  const decisions = () => mesh.journal.entries.filter((entry): entry is DecisionEntry => entry.kind === "decision");

  describe("when an incident was handled", () => {
    it("replays to the same world", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(5_000);
      mesh.chain(1).reorganise(2, { keeps: true });
      await mesh.run(5_000);

      const world = observations().reduce((told, { observation }) => reduce(told, observation).world, EMPTY_WORLD);

      for (const { eid, hub, head } of mesh.chains) {
        expect(world.chains.get(eid)?.latest.state.meshWords).to.deep.equal(hub.state().meshWords);
        expect(world.chains.get(eid)?.latest.block.number).to.be.within(head.number - 1, head.number);
      }
      expect(
        [...world.actions.values()].map(({ transactions }) => transactions.map(({ status }) => status)),
      ).to.have.length(2);
    });

    it("holds the text that every directive's decision is the hash of (P14)", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(2_000);

      const [decision] = decisions();
      expect(decisions()).to.have.length(1);
      expect(keccakHasher.keccakUtf8(decision?.text ?? "")).to.equal(decision?.hash);
      expect(mesh.chain(1).hub.accepted).to.deep.equal([decision?.hash]);
    });

    it("can be computed again from the chains at its cut, byte for byte (P14)", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(130_000);

      expect(
        decisions().map(({ text }) => (JSON.parse(text) as Written).directives.map(({ kind }) => kind)),
      ).to.deep.equal([["raise"], ["settle"]]);
      for (const { text } of decisions()) {
        const written = JSON.parse(text) as Written;
        const chains = await Promise.all(written.cut.map((point) => readCut(mesh, point)));
        const policy = { hash: written.policyHash, mirror: MIRROR };
        const input = { chains, operators: written.operators, inFlight: [], venues: [] };
        const again = plan(input, policy);

        expect(written.inFlight).to.deep.equal([]);
        expect(again === null ? null : sealDecision(again, input, keccakHasher.keccakUtf8).text).to.equal(text);
      }
    });

    it("names transactions before the state that they led to", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(5_000);

      const kinds = observations().map(({ observation }) => observation.kind);
      expect(kinds.filter((kind) => kind === "action-sent")).to.have.length(2);
      expect(kinds.indexOf("action-opened")).to.be.lessThan(kinds.indexOf("action-sent"));
    });
  });

  describe("when nothing happens", () => {
    it("holds nothing new, however often chains are read", async () => {
      for (const chain of mesh.chains) mesh.stopped.add(chain);
      await mesh.run(1_000);
      const before = mesh.journal.entries.length;

      await mesh.run(20_000);

      expect(mesh.journal.entries).to.have.length(before);
    });
  });

  describe("when it cannot be written", () => {
    it("stops nothing, degrades, and says so once each way", async () => {
      mesh.journal.isFull = true;
      mesh.trip(mesh.chain(0));
      await mesh.run(3_000);

      expect(mesh.chains.map(({ mined }) => mined.length)).to.deep.equal([0, 1, 1]);
      const journal = mesh.status?.ready().components.find(({ name }) => name === "journal");
      expect(journal?.health).to.equal("degraded");
      expect(mesh.log.messages("error")).to.deep.equal(["journal not written"]);

      mesh.journal.isFull = false;
      await mesh.run(2_000);

      expect(mesh.log.messages("info")).to.include("journal written again");
    });
  });
});
