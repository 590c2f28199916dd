import { expect } from "chai";

import { rungsAt } from "../../../relayer/domain/incident/posture.ts";
import { nameRungs } from "../../../relayer/domain/incident/rungs.ts";
import type { FakeChain } from "../../support/fake-chain.ts";
import { FakeMesh } from "../../support/fake-mesh.ts";

const inForce = (chain: FakeChain): string => nameRungs(rungsAt(chain.hub.state().posture, 1));
const submissions = (mesh: FakeMesh): readonly number[] => mesh.chains.map((chain) => chain.submitted.length);

describe("durable queue", () => {
  let mesh: FakeMesh;

  beforeEach(async () => {
    mesh = new FakeMesh();
    await mesh.start();
  });

  afterEach(() => mesh.stop());

  for (const state of ["down", "hanging"] as const) {
    describe(`when it is ${state}`, () => {
      it("does not slow a raise by a millisecond", async () => {
        mesh.queue.state = state;

        mesh.trip(mesh.chain(0));
        await mesh.run(250);

        expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
        expect(mesh.metrics.of("overhead")).to.deep.equal([[0], [0]]);
      });

      it("repeats what was lost all the same", async () => {
        mesh.queue.state = state;
        mesh.chain(1).faults.losesNext = 1;

        mesh.trip(mesh.chain(0));
        await mesh.run(30_000);

        expect(submissions(mesh)).to.deep.equal([0, 2, 1]);
        expect(inForce(mesh.chain(1))).to.equal("halted/m4");
      });

      it("renews by itself, and does not wait for the queue to come back", async () => {
        mesh.queue.state = state;

        mesh.trip(mesh.chain(0));
        await mesh.run(126_000);

        expect(submissions(mesh)).to.deep.equal([0, 2, 2]);
        expect(mesh.status?.convergence().isConverged).to.equal(true);
      });
    });
  }

  describe("when it is down for the whole incident", () => {
    it("is degraded, ready, and says so once", async () => {
      mesh.queue.state = "down";

      await mesh.run(30_000);

      const queue = mesh.status?.ready().components.find(({ name }) => name === "queue");
      expect(queue?.health).to.equal("degraded");
      expect(mesh.status?.ready().isReady).to.equal(true);
      expect(mesh.log.messages("error")).to.deep.equal(["queue down, going on without"]);

      mesh.queue.state = "up";
      await mesh.run(10_000);

      expect(mesh.status?.ready().components.every(({ health }) => health === "healthy")).to.equal(true);
    });
  });

  describe("when it is wiped in the middle of an incident", () => {
    it("loses nothing", async () => {
      mesh.chain(1).faults.losesNext = 1;

      mesh.trip(mesh.chain(0));
      await mesh.run(1_000);
      mesh.queue.flush();
      await mesh.run(30_000);

      expect(submissions(mesh)).to.deep.equal([0, 2, 1]);
      expect(inForce(mesh.chain(1))).to.equal("halted/m4");
    });
  });

  describe("when a job runs after its state was confirmed", () => {
    it("does nothing, and the job is done", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(30_000);

      expect(mesh.queue.added).to.have.length(2);
      expect(await mesh.queue.counts()).to.deep.equal({ waiting: 0, active: 0, failed: 0 });
      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
    });
  });

  describe("when the relayer holds no key", () => {
    it("leaves the jobs to those who do", async () => {
      mesh.chain(1).faults.refusesSubmits = true;
      mesh.trip(mesh.chain(0));
      await mesh.run(1_000);
      const jobs = mesh.queue.waiting();
      await mesh.stop();

      mesh = new FakeMesh({ operators: [] });
      mesh.queue.restore(jobs);
      await mesh.start();
      await mesh.run(10_000);

      expect(await mesh.queue.counts()).to.deep.equal({ waiting: 2, active: 0, failed: 0 });
      expect(mesh.status?.actions()).to.deep.equal([]);
    });
  });

  describe("when an action is given up", () => {
    it("keeps its job among the failed", async () => {
      mesh.chain(1).faults.revertsAll = true;

      mesh.trip(mesh.chain(0));
      await mesh.run(40_000);

      expect(mesh.queue.failed.map(({ error }) => error.name)).to.deep.equal(["ACTION_EXHAUSTED"]);
    });
  });
});
