import { expect } from "chai";

import { keccakHasher } from "../../../../relayer/adapters/evm/hasher.ts";
import { rehearse } from "../../../../relayer/app/act/warm-up.ts";
import { makePolicy } from "../../../../relayer/app/relayer.ts";
import { reduce } from "../../../../relayer/domain/world/reduce.ts";
import { EMPTY_WORLD, type World } from "../../../../relayer/domain/world/world.ts";
import { EIDS, OPERATORS, T0, aBlock, aHubState } from "../../../support/builders.ts";

describe("rehearse", () => {
  const policy = makePolicy(
    { hasher: keccakHasher },
    { mirror: { renewBelowSeconds: 480, reconcileAfterSeconds: 300 } },
  );
  /** Texts that were hashed: a decision's inputs, and the decision. */
  let hashed: string[];
  const hasher = {
    ...keccakHasher,
    keccakUtf8: (text: string) => {
      hashed.push(text);
      return keccakHasher.keccakUtf8(text);
    },
  };
  const rehearseIn = (world: World) => rehearse({ world, policy, operators: OPERATORS, hasher, nowMs: T0 * 1_000 });

  beforeEach(() => {
    hashed = [];
  });

  it("plans and seals a halt towards every other chain, each time another one, and leaves the world as it was", async () => {
    const world = EIDS.reduce<World>((before, eid, fork) => {
      const block = aBlock(100, { fork });
      const { world: started } = reduce(before, { kind: "snapshot-taken", eid, snapshot: { ...aHubState(), block } });
      return reduce(started, { kind: "blocks-read", eid, to: block, isHead: true, events: [] }).world;
    }, EMPTY_WORLD);

    await rehearseIn(world);

    const decisions = hashed.filter((text) => text.includes('"directives"'));
    expect(new Set(decisions).size).to.equal(decisions.length).and.to.be.greaterThan(30);
    for (const text of decisions) {
      const { directives } = JSON.parse(text) as { directives: { kind: string; destinations: { eid: number }[] }[] };
      expect(directives.map(({ kind }) => kind)).to.deep.equal(["raise"]);
      expect(directives[0]?.destinations.map(({ eid }) => eid)).to.deep.equal(EIDS.slice(1));
    }
    expect(world.actions.size).to.equal(0);
  });

  it("does nothing where there is no chain", async () => {
    await rehearseIn(EMPTY_WORLD);

    expect(hashed).to.deep.equal([]);
  });
});
