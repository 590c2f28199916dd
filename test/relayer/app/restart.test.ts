import { expect } from "chai";

import { rungsAt } from "../../../relayer/domain/incident/posture.ts";
import { nameRungs } from "../../../relayer/domain/incident/rungs.ts";
import type { FakeChain } from "../../support/fake-chain.ts";
import { FakeMesh } from "../../support/fake-mesh.ts";

const inForce = (chain: FakeChain): string => nameRungs(rungsAt(chain.hub.state().posture, 1));
const submissions = (mesh: FakeMesh): readonly number[] => mesh.chains.map((chain) => chain.submitted.length);

describe("restart", () => {
  let mesh: FakeMesh;

  beforeEach(async () => {
    mesh = new FakeMesh();
    await mesh.start();
  });

  afterEach(() => mesh.stop());

  describe("when everything but the chains is lost after an incident", () => {
    it("knows the same state again and sends nothing (P15)", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(10_000);
      const before = mesh.status?.chains().map(({ meshDigest, posture }) => ({ meshDigest, posture }));

      await mesh.restart();
      await mesh.run(10_000);

      expect(mesh.status?.chains().map(({ meshDigest, posture }) => ({ meshDigest, posture }))).to.deep.equal(before);
      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
    });
  });

  describe("when the process dies before the directive was taken", () => {
    it("decides anew from the chains (P15)", async () => {
      for (const chain of mesh.chains) chain.faults.refusesSubmits = true;
      mesh.trip(mesh.chain(0));
      await mesh.run(1_000);
      for (const chain of mesh.chains) chain.faults.refusesSubmits = false;

      await mesh.restart();
      await mesh.run(3_000);

      expect(mesh.chains.map(({ mined }) => mined.length)).to.deep.equal([0, 1, 1]);
      expect(mesh.chains.map(inForce)).to.deep.equal(Array(3).fill("halted/m4"));
    });
  });

  describe("when jobs of the earlier life are still in the queue", () => {
    it("sends once, whoever comes first", async () => {
      for (const chain of mesh.chains) chain.faults.refusesSubmits = true;
      mesh.trip(mesh.chain(0));
      await mesh.run(500);
      for (const chain of mesh.chains) chain.faults.refusesSubmits = false;

      await mesh.restart({ keepsQueue: true });
      await mesh.run(30_000);

      expect(mesh.chains.map(({ mined }) => mined.length)).to.deep.equal([0, 1, 1]);
      expect(await mesh.queue.counts()).to.deep.equal({ waiting: 0, active: 0, failed: 0 });
    });

    it("carries out a job whose evidence it cannot see any more", async () => {
      mesh.chain(1).faults.refusesSubmits = true;
      mesh.trip(mesh.chain(0));
      await mesh.run(500);
      mesh.chain(1).faults.refusesSubmits = false;
      mesh.chain(0).faults.isDown = true;
      mesh.chain(2).faults.isDown = true;

      await mesh.restart({ keepsQueue: true });
      await mesh.run(5_000);

      expect(inForce(mesh.chain(1))).to.equal("halted/m4");
      expect(mesh.log.messages("info")).to.include("action taken over from the queue");
    });
  });
});
