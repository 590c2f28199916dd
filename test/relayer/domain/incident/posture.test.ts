import { expect } from "chai";
import fc from "fast-check";

import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";
import {
  isRegistered,
  ownRungs,
  posture,
  rungsAt,
  tightenPosture,
  withRegistered,
  withRungs,
} from "../../../../relayer/domain/incident/posture.ts";
import { type Rungs, exceedsRungs } from "../../../../relayer/domain/incident/rungs.ts";
import { someRungs } from "../../../support/arbitraries.ts";
import vectors from "../../../vectors/posture.json" with { type: "json" };

function run(vector: (typeof vectors)[number]): Hex {
  const { op, market } = vector;
  const of = posture(BigInt(vector.posture));
  const rungs = vector.rungs as Rungs;
  const results: Record<string, () => bigint> = {
    isRegistered: () => BigInt(isRegistered(of, market)),
    own: () => BigInt(ownRungs(of, market)),
    at: () => BigInt(rungsAt(of, market)),
    registered: () => withRegistered(of, market),
    replaced: () => withRungs(of, market, rungs),
    tightened: () => tightenPosture(of, market, rungs),
  };
  const result = results[op];
  if (result === undefined) throw new TypeError(`no operation ${op}`);
  return hexOfInteger(result(), 32);
}

describe("posture", () => {
  describe("when held against the shared vectors", () => {
    for (const vector of vectors) {
      it(`${vector.op}: ${vector.why}`, () => {
        expect(run(vector)).to.equal(vector.expected);
      });
    }
  });

  describe("when one market is tightened", () => {
    it("touches no other market and is never looser", () => {
      const slot = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }).map(posture);
      const market = fc.integer({ min: 0, max: 31 });
      fc.assert(
        fc.property(slot, market, someRungs(), (before, tightened, rungs) => {
          const after = tightenPosture(before, tightened, rungs);

          expect(exceedsRungs(ownRungs(before, tightened), ownRungs(after, tightened))).to.equal(false);
          expect(exceedsRungs(rungs, ownRungs(after, tightened))).to.equal(false);
          const byte = 0xffn << BigInt(tightened * 8);
          expect(after & ~byte).to.equal(before & ~byte);
        }),
      );
    });
  });
});
