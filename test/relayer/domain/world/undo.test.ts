import { expect } from "chai";
import fc from "fast-check";

import type { ChainObservation } from "../../../../relayer/domain/world/observation.ts";
import { reduce } from "../../../../relayer/domain/world/reduce.ts";
import { type ChainView, EMPTY_WORLD, type World } from "../../../../relayer/domain/world/world.ts";
import { someRungs } from "../../../support/arbitraries.ts";
import { EIDS } from "../../../support/builders.ts";
import { FakeChain } from "../../../support/fake-chain.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { FUZZ } from "../../../support/fuzz.ts";

const EID = EIDS[0]!;
const NEVER = new AbortController().signal;

type Move =
  | { readonly kind: "assert"; readonly market: number; readonly rungs: number }
  | { readonly kind: "lift"; readonly market: number; readonly seconds: number }
  | { readonly kind: "mine"; readonly blocks: number }
  | { readonly kind: "reorg"; readonly depth: number }
  | { readonly kind: "read" }
  | { readonly kind: "finalise" };

const someMoves = (): fc.Arbitrary<readonly Move[]> =>
  fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("assert" as const), market: fc.constantFrom(0, 1), rungs: someRungs() }),
      fc.record({
        kind: fc.constant("lift" as const),
        market: fc.constantFrom(0, 1),
        seconds: fc.integer({ min: 1, max: 50_000 }),
      }),
      fc.record({ kind: fc.constant("mine" as const), blocks: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant("reorg" as const), depth: fc.integer({ min: 1, max: 4 }) }),
      fc.constant({ kind: "read" as const }),
      fc.constant({ kind: "finalise" as const }),
    ),
    { minLength: 5, maxLength: 40 },
  );

function move(chain: FakeChain, step: Move): void {
  if (step.kind === "assert") {
    chain.next((hub, time) => hub.assertRungs(step.market, step.rungs as never, time));
    chain.mine();
  }
  if (step.kind === "lift") {
    chain.next((hub, time) => hub.lift(step.market, time));
    chain.mine(1, step.seconds);
  }
  if (step.kind === "mine") chain.mine(step.blocks);
  if (step.kind === "reorg") chain.reorganise(step.depth);
}

const viewOf = (world: World): ChainView => world.chains.get(EID)!;

/** What a faithful observer reports: a rewind to the last stop that is still there, then the blocks up to the head. */
async function observe(chain: FakeChain, world: World): Promise<readonly ChainObservation[]> {
  const { finalised, checkpoints, latest } = viewOf(world);
  const stops = [finalised.block, ...checkpoints, latest.block];
  const hashes = await Promise.all(
    stops.map(({ number }) =>
      chain.block(number, NEVER).then(
        ({ hash }) => hash,
        () => "",
      ),
    ),
  );
  const ancestor = stops.filter(({ hash }, index) => hash === hashes[index]).at(-1)!;
  const events = await chain.hubEvents({ from: ancestor.number + 1, to: chain.head.number }, NEVER);
  const isUndone = ancestor.hash !== latest.block.hash;
  return [
    ...(isUndone ? [{ kind: "rewound", eid: EID, ancestor, cause: "reorg" } as const] : []),
    { kind: "blocks-read", eid: EID, to: chain.head, isHead: true, events },
  ];
}

describe("fold and undo", () => {
  describe("when a chain asserts, lifts, forks and becomes final in any order", () => {
    it("always holds the chain's own state, as if only the surviving blocks had ever been read", async () => {
      await fc.assert(
        fc.asyncProperty(someMoves(), async (moves) => {
          const chain = new FakeChain(EID, { clock: new FakeClock(), finalityDepth: 4 });
          const { finalised } = await chain.heads(NEVER);
          let world = reduce(EMPTY_WORLD, {
            kind: "snapshot-taken",
            eid: EID,
            snapshot: await chain.snapshot(finalised, NEVER),
          }).world;

          for (const step of [...moves, { kind: "read" } as const, { kind: "finalise" } as const]) {
            move(chain, step);
            if (step.kind === "read") world = fold(world, await observe(chain, world));
            if (step.kind === "finalise" && viewOf(world).latest.block.hash === chain.head.hash) {
              world = fold(world, [{ kind: "finalised", eid: EID, block: (await chain.heads(NEVER)).finalised }]);
            }
            if (viewOf(world).latest.block.hash !== chain.head.hash) continue;
            expect(viewOf(world).latest.state).to.deep.equal(chain.hub.state());
            expect(await refold(chain, viewOf(world))).to.deep.equal(viewOf(world).latest);
          }
        }),
        FUZZ,
      );
    });
  });
});

function fold(world: World, observations: readonly ChainObservation[]): World {
  return observations.reduce((folded, observation) => {
    const { world: next, findings } = reduce(folded, observation);
    expect(findings).to.deep.equal([]);
    return next;
  }, world);
}

/** The latest state, from a snapshot at the finalised block and one read of all that came after. */
async function refold(chain: FakeChain, { finalised }: ChainView): Promise<ChainView["latest"]> {
  const snapshot = await chain.snapshot(finalised.block, NEVER);
  expect(snapshot).to.deep.equal({ ...finalised.state, block: finalised.block });
  const { world } = reduce(EMPTY_WORLD, { kind: "snapshot-taken", eid: EID, snapshot });
  return viewOf(fold(world, await observe(chain, world))).latest;
}
