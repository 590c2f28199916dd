import { expect } from "chai";
import fc from "fast-check";

import { keccakHasher } from "../../../../relayer/adapters/evm/hasher.ts";
import { hexOfInteger } from "../../../../relayer/domain/hex.ts";
import { isRaced, rankOf, taskOf } from "../../../../relayer/domain/quorum/turn.ts";
import { EIDS, T0, aWord } from "../../../support/builders.ts";

const hash = (text: string) => keccakHasher.keccakUtf8(text);
const eid = EIDS[0]!;
const lacking = (lanes: Parameters<typeof aWord>[0], market = 1) => ({ eid, needs: [{ market, word: aWord(lanes) }] });
const nodes = fc
  .uniqueArray(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 8 })
  .map((numbers) => numbers.map((n) => hexOfInteger(BigInt(n), 20)));

describe("whose turn it is", () => {
  it("is one node's at each place, whoever computes it", () => {
    fc.assert(
      fc.property(nodes, fc.string(), (all, task) => {
        const ranks = all.map((node) => rankOf(node, all, task, hash));
        const elsewhere = all.map((node) => rankOf(node, all.toReversed(), task, hash));
        expect(ranks.toSorted((a, b) => a - b)).to.deep.equal(all.map((_, place) => place));
        expect(elsewhere).to.deep.equal(ranks);
      }),
      { numRuns: 100 },
    );
  });

  it("stays what it is among the others when a node goes", () => {
    fc.assert(
      fc.property(nodes, fc.string(), (all, task) => {
        const first = all.find((node) => rankOf(node, all, task, hash) === 0)!;
        const left = all.filter((node) => node !== first);
        for (const node of left) expect(rankOf(node, left, task, hash)).to.equal(rankOf(node, all, task, hash) - 1);
      }),
      { numRuns: 100 },
    );
  });

  it("is spread over the nodes", () => {
    const all = [1n, 2n, 3n].map((n) => hexOfInteger(n, 20));
    const firsts = Array.from({ length: 300 }, (_, task) =>
      all.findIndex((node) => rankOf(node, all, `${task}`, hash) === 0),
    );

    for (const node of [0, 1, 2]) expect(firsts.filter((first) => first === node).length).to.be.within(70, 130);
  });

  it("does not depend on stamps, which differ between nodes that look a second apart", () => {
    expect(taskOf("raise", lacking({ caution: T0 }))).to.equal(taskOf("raise", lacking({ caution: T0 + 1 })));
  });

  it("depends on kind, market and lane", () => {
    const tasks = [
      taskOf("raise", lacking({ caution: T0 })),
      taskOf("settle", lacking({ caution: T0 })),
      taskOf("raise", lacking({ caution: T0 }, 2)),
      taskOf("raise", lacking({ reduceOnly: T0 })),
    ];

    expect(new Set(tasks).size).to.equal(4);
  });

  const lanes = ["caution", "reduceOnly", "halted", "m1", "m2", "m3", "m4"] as const;
  for (const lane of lanes) {
    const isUrgent = ["reduceOnly", "halted", "m3", "m4"].includes(lane);
    it(`${isUrgent ? "is everybody's" : "is one node's"} for a raise of ${lane}, and never everybody's to settle`, () => {
      expect(isRaced("raise", lacking({ [lane]: T0 }))).to.equal(isUrgent);
      expect(isRaced("settle", lacking({ [lane]: T0 }))).to.equal(false);
    });
  }
});
