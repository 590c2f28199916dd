import { expect } from "chai";

import { rungsAt } from "../../../../relayer/domain/incident/posture.ts";
import { nameRungs } from "../../../../relayer/domain/incident/rungs.ts";
import { HALTED_M4, rungs } from "../../../support/builders.ts";
import { FakeMesh } from "../../../support/fake-mesh.ts";

const INCIDENTS = 200;
const MARKETS = [0, 1];

describe("a storm of incidents on one chain", () => {
  let mesh: FakeMesh;

  beforeEach(async () => {
    mesh = new FakeMesh();
    await mesh.start();
  });

  afterEach(() => mesh.stop());

  const sent = () => mesh.chains.map(({ submitted }) => submitted.length);
  const inForce = (market: number) => mesh.chains.map((chain) => nameRungs(rungsAt(chain.hub.state().posture, market)));

  it("reaches every other chain in two transactions, when each is read as it comes", async () => {
    for (let incident = 0; incident < INCIDENTS; incident++) {
      mesh.trip(mesh.chain(0), HALTED_M4, MARKETS[incident % MARKETS.length]!);
      await mesh.clock.advance(1);
    }
    await mesh.run(20_000);

    expect(sent()).to.deep.equal([0, 2, 2]);
    for (const market of MARKETS) expect(inForce(market)).to.deep.equal(Array(3).fill("halted/m4"));
  });

  it("reaches every other chain in one transaction, when all are read together", async () => {
    for (let incident = 0; incident < INCIDENTS; incident++) {
      const market = MARKETS[incident % MARKETS.length]!;
      mesh.chain(0).next((hub, time) => hub.assertRungs(market, HALTED_M4, time));
    }
    mesh.chain(0).mine();
    await mesh.run(20_000);

    expect(sent()).to.deep.equal([0, 1, 1]);
    for (const market of MARKETS) expect(inForce(market)).to.deep.equal(Array(3).fill("halted/m4"));
  });

  it("does not hold back what is more severe than what went before", async () => {
    mesh.trip(mesh.chain(0), rungs(1, 0), 1);
    await mesh.clock.advance(1);
    mesh.trip(mesh.chain(0), HALTED_M4, 1);
    await mesh.clock.advance(1);

    expect(sent()).to.deep.equal([0, 2, 2]);
  });

  it("holds the second of two alike back for a quarter of a second, and no longer", async () => {
    mesh.trip(mesh.chain(0), HALTED_M4, 1);
    await mesh.clock.advance(1);
    mesh.trip(mesh.chain(0), HALTED_M4, 0);
    await mesh.clock.advance(1);
    const early = sent();
    await mesh.clock.advance(250);

    expect([early, sent()]).to.deep.equal([
      [0, 1, 1],
      [0, 2, 2],
    ]);
  });
});
