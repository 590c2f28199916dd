import { expect } from "chai";

import { rungs } from "../../support/builders.ts";
import { FakeMesh } from "../../support/fake-mesh.ts";

describe("measured tightening", () => {
  let mesh: FakeMesh;

  beforeEach(async () => {
    mesh = new FakeMesh();
    await mesh.start();
  });

  afterEach(() => mesh.stop());

  const times = () => ({ first: mesh.metrics.of("tightenedFirst"), all: mesh.metrics.of("tightenedAll") });

  describe("when the direct path reaches every chain", () => {
    it("records the first and the last chain, by its path", async () => {
      mesh.stopped.add(mesh.chain(2));
      mesh.trip(mesh.chain(0));
      await mesh.run(3_000);
      expect(times().first.map(([path]) => path)).to.deep.equal(["direct"]);
      expect(times().all).to.deep.equal([]);

      mesh.chain(2).mine();
      await mesh.run(250);

      const [[, first = 0] = []] = times().first;
      const [[path, last = 0] = []] = times().all;
      expect(path).to.equal("direct");
      expect(first).to.be.within(0.25, 1.5);
      expect(last).to.be.within(3, 3.5);
    });
  });

  describe("when LayerZero reaches them too", () => {
    it("records its own times beside the others", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(5_000);
      mesh.deliver(mesh.chain(0), mesh.chain(1));
      await mesh.run(2_000);
      mesh.deliver(mesh.chain(0), mesh.chain(2));
      await mesh.run(2_000);

      expect(times().first.map(([path]) => path)).to.deep.equal(["direct", "layerzero"]);
      expect(times().all.map(([path]) => path)).to.deep.equal(["direct", "layerzero"]);
      expect(times().all[1]?.[1]).to.be.greaterThan(times().first[1]?.[1] ?? Infinity);
    });

    it("takes nothing that LayerZero brought for the direct path's", async () => {
      for (const chain of mesh.chains) chain.faults.refusesSubmits = true;
      mesh.trip(mesh.chain(0));
      await mesh.run(1_000);
      for (const chain of mesh.chains.slice(1)) mesh.deliver(mesh.chain(0), chain);
      await mesh.run(3_000);

      expect(times().first.map(([path]) => path)).to.deep.equal(["layerzero"]);
      expect(times().all.map(([path]) => path)).to.deep.equal(["layerzero"]);
    });

    it("does not take a message that was sent before the assertion for news of it", async () => {
      const before = mesh.chain(0).hub.state();
      mesh.trip(mesh.chain(0));
      await mesh.run(1_000);

      const old = { srcEid: mesh.chain(0).eid, srcSeq: before.seq, isHeartbeat: true, entries: [] };
      mesh.chain(1).next((hub, time) => hub.receive(old, time));
      await mesh.run(2_000);

      expect(times().first.map(([path]) => path)).to.deep.equal(["direct"]);
    });
  });

  describe("when a rung is only asserted again", () => {
    it("follows it once though its block is read twice", async () => {
      await mesh.stop();
      mesh = new FakeMesh({ finalityDepth: 15 });
      await mesh.start();
      for (const chain of mesh.chains.slice(1)) mesh.stopped.add(chain);
      mesh.trip(mesh.chain(0));
      await mesh.run(250);
      mesh.chain(0).faults.hiddenSeqs.add(mesh.chain(0).hub.state().seq + 1);
      mesh.trip(mesh.chain(0), rungs(1, 1), 0);
      await mesh.run(8_000);
      expect(mesh.log.messages("warn")).to.include("events missing, reading again");

      mesh.stopped.clear();
      await mesh.run(3_000);

      expect(times().first).to.have.length(1);
      expect(times().first[0]?.[1]).to.be.greaterThan(8);
    });

    it("follows it once while the others are not there yet", async () => {
      for (const chain of mesh.chains.slice(1)) mesh.stopped.add(chain);
      mesh.trip(mesh.chain(0));
      await mesh.run(2_000);
      mesh.trip(mesh.chain(0));
      await mesh.run(2_000);

      mesh.stopped.clear();
      await mesh.run(3_000);

      expect(times().first).to.have.length(1);
      expect(times().all).to.have.length(1);
    });

    it("records nothing once they are", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(5_000);

      mesh.trip(mesh.chain(0));
      mesh.trip(mesh.chain(0), rungs(2, 1));
      await mesh.run(5_000);

      expect(times().first).to.have.length(1);
      expect(times().all).to.have.length(1);
    });
  });

  describe("when a chain is never reached", () => {
    it("records no time to global", async () => {
      mesh.chain(2).faults.isDown = true;
      mesh.trip(mesh.chain(0));
      await mesh.run(20_000);

      expect(times().first).to.have.length(1);
      expect(times().all).to.deep.equal([]);
    });
  });

  describe("when chains agree and when they do not", () => {
    it("says so", async () => {
      const converged = () => mesh.metrics.of("converged").at(-1);
      expect(converged()).to.deep.equal([true, 0]);

      mesh.chain(1).faults.refusesSubmits = true;
      mesh.trip(mesh.chain(0));
      await mesh.run(3_000);

      expect(converged()).to.deep.equal([false, 1]);
    });
  });
});
