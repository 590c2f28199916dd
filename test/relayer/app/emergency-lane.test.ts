import { expect } from "chai";

import { rungsAt } from "../../../relayer/domain/incident/posture.ts";
import { nameRungs } from "../../../relayer/domain/incident/rungs.ts";
import { OPERATORS, rungs } from "../../support/builders.ts";
import type { FakeChain } from "../../support/fake-chain.ts";
import { FakeMesh } from "../../support/fake-mesh.ts";

const inForce = (chain: FakeChain): string => nameRungs(rungsAt(chain.hub.state().posture, 1));
const submissions = (mesh: FakeMesh): readonly number[] => mesh.chains.map((chain) => chain.submitted.length);

describe("emergency lane", () => {
  let mesh: FakeMesh;

  afterEach(() => mesh.stop());

  describe("when one chain trips", () => {
    it("sends exactly one directive to each other chain, and the same one", async () => {
      mesh = new FakeMesh({ chains: 5 });
      await mesh.start();

      mesh.trip(mesh.chain(0));
      await mesh.run(20_000);

      expect(submissions(mesh)).to.deep.equal([0, 1, 1, 1, 1]);
      expect(mesh.chains.map(inForce)).to.deep.equal(Array(5).fill("halted/m4"));
      const directives = mesh.chains.flatMap((chain) => chain.submitted.map(({ directive }) => directive));
      expect(new Set(directives.map(({ decision }) => decision)).size).to.equal(1);
      expect(new Set(directives)).to.deep.equal(new Set(mesh.signer.signed.slice(1)));
    });

    it("hands the directive over in the poll that shows the assertion", async () => {
      mesh = new FakeMesh();
      await mesh.start();

      mesh.trip(mesh.chain(0));
      await mesh.run(250);

      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
      expect(mesh.metrics.of("overhead")).to.deep.equal([[0], [0]]);
    });

    it("has signed before, so that the first use of a curve is not paid for now: something void", async () => {
      mesh = new FakeMesh();
      await mesh.start();

      expect(mesh.signer.signed.map(({ deadline, entries }) => [deadline, entries])).to.deep.equal([[0, "0x"]]);
    });

    it("carries no more signatures than the quorum", async () => {
      mesh = new FakeMesh({ operators: OPERATORS });
      await mesh.start();

      mesh.trip(mesh.chain(0));
      await mesh.run(2_000);

      expect(mesh.chain(1).submitted[0]?.signatures.map(({ signer }) => signer)).to.deep.equal(OPERATORS.slice(0, 2));
    });
  });

  describe("when the relayer holds one key of a quorum of two", () => {
    it("brings the other chains to the solo ceiling and no further", async () => {
      mesh = new FakeMesh({ operators: OPERATORS.slice(0, 1) });
      await mesh.start();

      mesh.trip(mesh.chain(0));
      await mesh.run(60_000);

      expect(mesh.chains.map(inForce)).to.deep.equal(["halted/m4", "reduce-only/m2", "reduce-only/m2"]);
      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
    });
  });

  describe("when several chains trip in the same second", () => {
    it("tells each of them what it lacks, once", async () => {
      mesh = new FakeMesh();
      await mesh.start();

      mesh.trip(mesh.chain(0), rungs(3, 0));
      mesh.trip(mesh.chain(1), rungs(0, 4));
      await mesh.run(20_000);

      expect(mesh.chains.map(inForce)).to.deep.equal(Array(3).fill("halted/m4"));
      expect(submissions(mesh)).to.deep.equal([1, 1, 1]);
    });
  });

  describe("when a market trips while another is on its way", () => {
    it("does not wait for the first", async () => {
      mesh = new FakeMesh();
      await mesh.start();
      mesh.chain(1).faults.hanging.add("submit");

      mesh.trip(mesh.chain(0), rungs(1, 0), 1);
      await mesh.run(500);
      mesh.trip(mesh.chain(0), rungs(3, 0), 0);
      await mesh.run(500);

      expect(submissions(mesh)).to.deep.equal([0, 2, 2]);
    });
  });

  describe("when a node does not answer", () => {
    it("has the queue hear of all destinations a moment after the others were sent to", async () => {
      mesh = new FakeMesh();
      await mesh.start();
      mesh.chain(1).faults.hanging.add("submit");

      mesh.trip(mesh.chain(0));
      await mesh.run(500);

      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
      expect(mesh.queue.added).to.have.length(2);
    });
  });

  describe("when a node takes a transaction and loses it", () => {
    it("sends it again, once", async () => {
      mesh = new FakeMesh();
      await mesh.start();
      mesh.chain(1).faults.losesNext = 1;

      mesh.trip(mesh.chain(0));
      await mesh.run(30_000);

      expect(submissions(mesh)).to.deep.equal([0, 2, 1]);
      expect(inForce(mesh.chain(1))).to.equal("halted/m4");
    });

    it("gives up after eight, says so, and tries anew after a while", async () => {
      mesh = new FakeMesh();
      await mesh.start();
      mesh.chain(1).faults.losesNext = 8;

      mesh.trip(mesh.chain(0));
      await mesh.run(90_000);

      expect(submissions(mesh)).to.deep.equal([0, 8, 1]);
      expect(mesh.log.messages("error")).to.deep.equal(["action given up"]);
      expect(mesh.metrics.of("closed")).to.deep.include(["chain-50902", { kind: "raise", outcome: "abandoned" }]);

      await mesh.run(60_000);

      expect(mesh.chain(1).submitted).to.have.length(9);
      expect(inForce(mesh.chain(1))).to.equal("halted/m4");
    });
  });

  describe("when the hub reverts the directive", () => {
    it("pays for it twice, then leaves the chain alone for a minute", async () => {
      mesh = new FakeMesh();
      await mesh.start();
      mesh.chain(1).faults.revertsAll = true;

      mesh.trip(mesh.chain(0));
      await mesh.run(60_000);

      expect(mesh.chain(1).mined.map(({ status }) => status)).to.deep.equal(["reverted", "reverted"]);
      expect(mesh.metrics.of("reverted")).to.have.length(2);
      expect(inForce(mesh.chain(2))).to.equal("halted/m4");
    });
  });

  describe("when a node refuses to take transactions for a while", () => {
    it("keeps trying and delivers one", async () => {
      mesh = new FakeMesh();
      await mesh.start();
      mesh.chain(1).faults.refusesSubmits = true;

      mesh.trip(mesh.chain(0));
      await mesh.run(120_000);
      mesh.chain(1).faults.refusesSubmits = false;
      await mesh.run(15_000);

      expect(mesh.chain(1).mined).to.have.length(1);
      expect(inForce(mesh.chain(1))).to.equal("halted/m4");
      expect(mesh.log.messages("error")).to.deep.equal([]);
    });
  });

  describe("when LayerZero never delivers", () => {
    it("renews from final evidence with one more directive, and all words are equal", async () => {
      mesh = new FakeMesh({ pollMs: 1_000 });
      await mesh.start();

      mesh.trip(mesh.chain(0));
      await mesh.run(700_000);

      expect(submissions(mesh)).to.deep.equal([0, 2, 2]);
      const words = mesh.chains.map((chain) => chain.hub.state().meshWords[1]);
      expect(new Set(words).size).to.equal(1);
      expect(mesh.status?.convergence().isConverged).to.equal(true);
    });
  });

  describe("when LayerZero delivers everything", () => {
    it("sends nothing after the raise", async () => {
      mesh = new FakeMesh({ pollMs: 1_000 });
      await mesh.start();

      mesh.trip(mesh.chain(0));
      await mesh.run(5_000);
      mesh.deliver(mesh.chain(0), mesh.chain(1));
      mesh.deliver(mesh.chain(0), mesh.chain(2));
      await mesh.run(700_000);

      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
      expect(mesh.status?.convergence().isConverged).to.equal(true);
    });
  });

  describe("when it holds no key", () => {
    it("sends nothing, queues nothing and decides nothing", async () => {
      mesh = new FakeMesh({ operators: [] });
      await mesh.start();

      mesh.trip(mesh.chain(0));
      await mesh.run(60_000);

      expect(submissions(mesh)).to.deep.equal([0, 0, 0]);
      expect(mesh.queue.added).to.deep.equal([]);
      expect(mesh.metrics.of("decided")).to.deep.equal([]);
      expect(mesh.status?.convergence().isConverged).to.equal(false);
    });
  });
});
