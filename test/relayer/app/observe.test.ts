import { expect } from "chai";

import { rungsAt } from "../../../relayer/domain/incident/posture.ts";
import { isCalm, nameRungs } from "../../../relayer/domain/incident/rungs.ts";
import { EMPTY_WORD, rungsInForce } from "../../../relayer/domain/incident/word.ts";
import { rungs } from "../../support/builders.ts";
import type { FakeChain } from "../../support/fake-chain.ts";
import { FakeMesh } from "../../support/fake-mesh.ts";

const inForce = (chain: FakeChain): string => nameRungs(rungsAt(chain.hub.state().posture, 1));
const submissions = (mesh: FakeMesh): readonly number[] => mesh.chains.map((chain) => chain.submitted.length);

describe("observe", () => {
  let mesh: FakeMesh;

  beforeEach(async () => {
    mesh = new FakeMesh();
    await mesh.start();
  });

  afterEach(() => mesh.stop());

  describe("when a head is announced", () => {
    it("reads an assertion in it with the heads, and asks for nothing else before it acts", async () => {
      const [source] = mesh.chains as [FakeChain];
      await mesh.run(2_000);
      for (const method of ["hubEvents", "block", "snapshot"] as const) source.faults.hanging.add(method);

      mesh.trip(source);
      await mesh.run(50);

      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
    });

    it("reads what is below a head that stands on another block than was read, before that head's own events", async () => {
      const [source] = mesh.chains as [FakeChain];
      mesh.trip(source, rungs(1, 0));
      await mesh.run(3_000);
      const before = submissions(mesh);

      // In the block that takes the head's place, not in the new head, which has the number that was expected.
      source.next((hub, time) => hub.assertRungs(1, rungs(3, 0), time));
      source.reorganise(1, { blocks: 2 });
      await mesh.run(250);

      expect(mesh.metrics.of("reorganised")).to.have.length(1);
      expect(submissions(mesh)).to.deep.equal(before.map((count, index) => (index === 0 ? count : count + 1)));
      // Nobody had to find out from the state that something was left out.
      expect(mesh.log.messages("warn")).to.deep.equal(["chain reorganised"]);
    });
  });

  describe("when one chain hangs", () => {
    it("delays no other", async () => {
      for (const method of ["heads", "hubEvents", "snapshot", "submit"] as const)
        mesh.chain(1).faults.hanging.add(method);

      mesh.trip(mesh.chain(0));
      await mesh.run(250);

      expect(submissions(mesh)[2]).to.equal(1);
    });

    it("serves it as soon as it answers", async () => {
      for (const method of ["heads", "submit"] as const) mesh.chain(1).faults.hanging.add(method);
      mesh.trip(mesh.chain(0));
      await mesh.run(20_000);

      mesh.chain(1).faults.hanging.clear();
      await mesh.run(20_000);

      expect(mesh.chain(1).mined).to.have.length(1);
      expect(inForce(mesh.chain(1))).to.equal("halted/m4");
    });
  });

  describe("when one chain is down for the whole incident", () => {
    it("tells the others at once and that one when it is back, with one transaction", async () => {
      const [, down] = mesh.chains as [FakeChain, FakeChain];
      down.faults.isDown = true;
      mesh.stopped.add(down);
      mesh.trip(mesh.chain(0));
      await mesh.run(400_000);
      expect(submissions(mesh)[2]).to.equal(2);

      down.faults.isDown = false;
      mesh.stopped.delete(down);
      down.mine(1, 400);
      await mesh.run(20_000);

      expect(down.mined.map(({ status }) => status)).to.deep.equal(["success"]);
      expect(inForce(down)).to.equal("halted/m4");
      expect(mesh.status?.convergence().isConverged).to.equal(true);
    });

    it("is unhealthy and not ready, and logs once that it fails and once that it is back", async () => {
      mesh.chain(1).faults.isDown = true;
      await mesh.run(30_000);

      expect(mesh.status?.ready().isReady).to.equal(false);
      expect(mesh.status?.live().isLive).to.equal(true);

      mesh.chain(1).faults.isDown = false;
      await mesh.run(10_000);

      expect(mesh.status?.ready().isReady).to.equal(true);
      const said = mesh.log.messages().filter((message) => message.startsWith("chain "));
      expect(said.slice(-2)).to.deep.equal(["chain not readable", "chain readable again"]);
    });
  });

  describe("when the node hides the log of an assertion", () => {
    it("finds out by the next event and acts on the state, at once and on both", async () => {
      mesh.chain(0).faults.hiddenSeqs.add(mesh.chain(0).hub.state().seq + 1);
      mesh.trip(mesh.chain(0), rungs(3, 0), 1);
      await mesh.run(250);
      expect(submissions(mesh)).to.deep.equal([0, 0, 0]);

      mesh.trip(mesh.chain(0), rungs(1, 0), 0);
      await mesh.run(500);

      expect(mesh.metrics.of("found").map(([, kind]) => kind)).to.include("seq-gap");
      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
      await mesh.run(2_000);
      expect(mesh.chains.map(inForce)).to.deep.equal(Array(3).fill("halted/base"));
    });

    it("finds out within seconds when no other event comes", async () => {
      mesh.chain(0).faults.hiddenSeqs.add(mesh.chain(0).hub.state().seq + 1);

      mesh.trip(mesh.chain(0));
      await mesh.run(8_000);

      expect(mesh.metrics.of("found").map(([, kind]) => kind)).to.deep.equal(["disagreement"]);
      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
    });

    it("reads the log after all when it was only late", async () => {
      mesh.chain(0).faults.hiddenSeqs.add(mesh.chain(0).hub.state().seq + 1);
      mesh.trip(mesh.chain(0));
      await mesh.run(2_000);

      mesh.chain(0).faults.hiddenSeqs.clear();
      await mesh.run(6_000);

      expect(mesh.metrics.of("found")).to.deep.equal([]);
      expect(mesh.log.messages("warn")).to.deep.equal(["events missing, reading again"]);
      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
    });
  });

  describe("when the node shows the next block's state for its head", () => {
    it("asks again before it believes that events are lost, and goes on from the head's own state", async () => {
      const source = mesh.chain(0);
      mesh.stopped.add(source);
      Object.assign(source.faults, { lagBlocks: 1, torn: 1 });
      mesh.trip(source);
      await mesh.run(8_000);
      expect(mesh.log.messages("warn")).to.deep.equal(["events missing, reading again"]);
      expect(submissions(mesh)).to.deep.equal([0, 0, 0]);

      source.faults.lagBlocks = 0;
      await mesh.run(2_000);

      expect(mesh.metrics.of("found")).to.deep.equal([]);
      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
    });
  });

  describe("when the node shows an assertion that never was", () => {
    const forge = (chain: FakeChain): void => {
      const hub = chain.hub.copy();
      chain.mine();
      const { number, hash, timestamp } = chain.head;
      hub.assertRungs(1, rungs(3, 4), timestamp);
      chain.faults.forgedLogs = hub.takeEvents().map((event, logIndex) => {
        return { blockNumber: number, blockHash: hash, logIndex, txHash: hash, event };
      });
    };
    const endOfStamp = (chain: FakeChain): number => chain.head.timestamp + 600;

    it("makes nothing final of it, though it goes on doing so", async () => {
      forge(mesh.chain(0));
      const end = endOfStamp(mesh.chain(0));
      await mesh.run(400_000);

      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
      expect(mesh.metrics.of("found").map(([, kind]) => kind)).to.include("disagreement");
      const left = [1, 2].map((index) => {
        const { meshWords, leases } = mesh.chain(index).hub.state();
        return rungsInForce(meshWords[1] ?? EMPTY_WORD, leases, end);
      });
      expect(left.every(isCalm)).to.equal(true);
    });

    it("forgets it once it is no longer shown, and brings that chain what it has caused", async () => {
      forge(mesh.chain(0));
      await mesh.run(2_000);
      mesh.chain(0).faults.forgedLogs = [];
      await mesh.run(20_000);

      expect(mesh.metrics.of("found")).to.deep.equal([]);
      expect(submissions(mesh)).to.deep.equal([1, 1, 1]);
      expect(mesh.status?.convergence().isConverged).to.equal(true);
    });
  });

  describe("when a node behind the URL lags a few blocks", () => {
    it("waits for it and takes that for no reorg", async () => {
      mesh.trip(mesh.chain(1));
      await mesh.run(2_000);
      mesh.stopped.add(mesh.chain(1));
      mesh.chain(1).faults.lagBlocks = 4;
      await mesh.run(10_000);

      expect(mesh.log.messages("warn")).to.deep.equal([]);
      expect(mesh.metrics.of("found")).to.deep.equal([]);
      expect(mesh.metrics.of("reorganised")).to.deep.equal([]);
    });
  });

  describe("when the destination is reorganised after it tightened", () => {
    it("sends again what the reorg undid", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(3_000);
      expect(inForce(mesh.chain(1))).to.equal("halted/m4");

      mesh.chain(1).reorganise(3);
      expect(inForce(mesh.chain(1))).to.equal("normal/base");
      await mesh.run(20_000);

      expect(inForce(mesh.chain(1))).to.equal("halted/m4");
      expect(mesh.metrics.of("reorganised")).to.deep.equal([["chain-50902", 3]]);
      expect(mesh.log.messages("warn")).to.deep.equal(["chain reorganised", "action undone by a reorg"]);
      expect(submissions(mesh)).to.deep.equal([0, 2, 1]);
    });

    it("sees it though the chain is no longer than before", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(3_000);
      mesh.stopped.add(mesh.chain(1));

      mesh.chain(1).reorganise(1, { blocks: 1 });
      await mesh.run(500);

      expect(mesh.metrics.of("reorganised")).to.deep.equal([["chain-50902", 1]]);
    });

    it("does nothing when the transaction is mined again by itself", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(3_000);

      mesh.chain(1).reorganise(3, { keeps: true });
      await mesh.run(20_000);

      expect(inForce(mesh.chain(1))).to.equal("halted/m4");
      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
    });
  });

  describe("when the assertion itself is undone by a reorg", () => {
    it("lets what it caused lapse after ten minutes: nothing is renewed, however often it is mirrored", async () => {
      mesh.trip(mesh.chain(0));
      const { timestamp } = mesh.chain(0).head;
      await mesh.run(2_000);

      mesh.chain(0).reorganise(3);
      await mesh.run(300_000);

      expect(mesh.chain(0).hub.state().meshWords[1]).to.equal(mesh.chain(1).hub.state().meshWords[1]);
      expect(submissions(mesh)).to.deep.equal([1, 1, 1]);
      const rungsLeft = mesh.chains.map((chain) => {
        const { meshWords, leases } = chain.hub.state();
        return rungsInForce(meshWords[1] ?? EMPTY_WORD, leases, timestamp + 600);
      });
      expect(rungsLeft.every(isCalm)).to.equal(true);
    });
  });

  describe("when a chain is reorganised beyond what it called final", () => {
    it("says so and starts anew", async () => {
      mesh.chain(1).reorganise(8);
      await mesh.run(1_000);

      expect(mesh.metrics.of("found")).to.deep.equal([["chain-50902", "beyond-finality"]]);
      mesh.trip(mesh.chain(1));
      await mesh.run(2_000);
      expect(submissions(mesh)).to.deep.equal([1, 0, 1]);
    });
  });

  describe("when the relayer fell behind by many ranges", () => {
    it("reads them all, in bounded steps, before it sends there", async () => {
      mesh.chain(1).faults.isDown = true;
      mesh.trip(mesh.chain(1));
      mesh.chain(1).mine(2_500, 0);

      mesh.chain(1).faults.isDown = false;
      await mesh.run(5_000);

      expect(mesh.chain(1).ranges.every(({ from, to }) => to - from < 1_000)).to.equal(true);
      expect(submissions(mesh)).to.deep.equal([1, 0, 1]);
    });
  });

  describe("when the node behind the URL is the wrong one", () => {
    it("halts", async () => {
      mesh.chain(1).faults.isWrong = true;
      await mesh.run(500);

      expect(mesh.halts.map(({ name }) => name)).to.include("CHAIN_MISMATCH");
    });
  });
});
