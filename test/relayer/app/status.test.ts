import { expect } from "chai";

import { keccak256 } from "ethers";

import { hexOfInteger, joinHex } from "../../../relayer/domain/hex.ts";
import { FakeMesh } from "../../support/fake-mesh.ts";

describe("status", () => {
  let mesh: FakeMesh;

  beforeEach(async () => {
    mesh = new FakeMesh();
    await mesh.start();
  });

  afterEach(() => mesh.stop());

  describe("when all is well", () => {
    it("is live and ready, and names every loop and component", () => {
      const live = mesh.status?.live();
      const ready = mesh.status?.ready();

      expect(live?.isLive).to.equal(true);
      expect(live?.loops.map(({ name }) => name)).to.deep.equal([
        "observe:chain-50901",
        "observe:chain-50902",
        "observe:chain-50903",
        "reconcile",
      ]);
      expect(ready?.isReady).to.equal(true);
      expect(ready?.components.map(({ name }) => name)).to.deep.equal([
        "chain:chain-50901",
        "chain:chain-50902",
        "chain:chain-50903",
        "queue",
        "journal",
      ]);
    });

    it("shows each chain's head, posture and the digest that its hub would give", () => {
      const { meshWords, seq, posture } = mesh.chain(1).hub.state();
      const digest = keccak256(joinHex(meshWords.map((word) => hexOfInteger(word, 32))));

      const chain = mesh.status?.chains()[1];
      expect(chain?.eid).to.equal(50902);
      expect(chain?.head).to.be.within(mesh.chain(1).head.number - 1, mesh.chain(1).head.number);
      expect(chain?.unfinalisedBlocks).to.equal(4);
      expect(chain?.seq).to.equal(seq);
      expect(chain?.posture).to.equal(hexOfInteger(posture, 32));
      expect(chain?.meshDigest).to.equal(digest);
    });
  });

  describe("when a chain was never read", () => {
    it("does not know whether all agree, and is not ready", async () => {
      mesh.chain(2).faults.isDown = true;
      await mesh.restart();

      expect(mesh.status?.convergence().isConverged).to.equal(null);
      expect(mesh.status?.ready().isReady).to.equal(false);
      expect(mesh.status?.chains()[2]).to.deep.include({ head: null, meshDigest: null });
    });
  });

  describe("when actions are open and done", () => {
    it("shows the open ones first, with what they are for and what was sent", async () => {
      mesh.chain(2).faults.losesNext = 1;
      mesh.trip(mesh.chain(0));
      await mesh.run(3_000);

      const actions = mesh.status?.actions() ?? [];
      expect(actions.map(({ eid, state }) => [eid, state])).to.deep.equal([
        [50903, "open"],
        [50902, "confirmed"],
      ]);
      expect(actions[0]?.transactions).to.have.length(1);
      expect(actions[0]?.needs.map(({ market }) => market)).to.deep.equal([1]);
      expect(JSON.parse(JSON.stringify(actions))).to.deep.equal(actions);
    });

    it("shows them as final once their blocks are", async () => {
      mesh.trip(mesh.chain(0));
      await mesh.run(10_000);

      expect(mesh.status?.actions().map(({ state }) => state)).to.deep.equal(["final", "final"]);
      expect(mesh.metrics.of("closed").map(([, { outcome }]) => outcome)).to.deep.equal([
        "confirmed",
        "confirmed",
        "final",
        "final",
      ]);
    });
  });
});
