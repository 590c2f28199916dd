import { expect } from "chai";

import { rungsAt } from "../../../relayer/domain/incident/posture.ts";
import { nameRungs } from "../../../relayer/domain/incident/rungs.ts";
import type { FakeChain } from "../../support/fake-chain.ts";
import { FakeMesh } from "../../support/fake-mesh.ts";

const MARKET = 1;
const inForce = (chain: FakeChain): string => nameRungs(rungsAt(chain.hub.state().posture, MARKET));
const submissions = (mesh: FakeMesh): readonly number[] => mesh.chains.map((chain) => chain.submitted.length);

/** The council voids what `chain` holds until now, and somebody lifts. */
function voidAndLift(chain: FakeChain): void {
  chain.next((hub, time) => {
    hub.voidMarket(MARKET, time);
    hub.lift(MARKET, time);
  });
  chain.mine();
}

describe("void", () => {
  let mesh: FakeMesh;

  beforeEach(async () => {
    mesh = new FakeMesh();
    await mesh.start();
    mesh.trip(mesh.chain(0));
    await mesh.run(10_000);
  });

  afterEach(() => mesh.stop());

  describe("when one deployment's council has voided the market", () => {
    it("does not bring back what was voided, and leaves the others as they are", async () => {
      voidAndLift(mesh.chain(1));

      await mesh.run(30_000);

      expect(mesh.chains.map(inForce)).to.deep.equal(["halted/m4", "normal/base", "halted/m4"]);
      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
    });

    it("raises it again on evidence that is newer than the void", async () => {
      voidAndLift(mesh.chain(1));
      await mesh.run(5_000);

      mesh.trip(mesh.chain(0));
      await mesh.run(30_000);

      expect(inForce(mesh.chain(1))).to.equal("halted/m4");
      expect(submissions(mesh)).to.deep.equal([0, 2, 1]);
    });
  });

  describe("when every deployment's council has voided the market", () => {
    it("has nothing left to say", async () => {
      for (const chain of mesh.chains) voidAndLift(chain);

      await mesh.run(30_000);

      expect(mesh.chains.map(inForce)).to.deep.equal(Array(3).fill("normal/base"));
      expect(submissions(mesh)).to.deep.equal([0, 1, 1]);
    });
  });
});
