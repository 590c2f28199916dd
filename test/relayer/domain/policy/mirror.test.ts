import { expect } from "chai";

import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";
import { leases } from "../../../../relayer/domain/incident/leases.ts";
import type { Rungs } from "../../../../relayer/domain/incident/rungs.ts";
import { word } from "../../../../relayer/domain/incident/word.ts";
import { findRaise, findSettle, gatherEvidence } from "../../../../relayer/domain/policy/mirror.ts";
import { SKEW_SECONDS } from "../../../../relayer/domain/policy/groups.ts";
import vectors from "../../../vectors/mirror.json" with { type: "json" };

const POLICY = { renewBelowSeconds: 480, reconcileAfterSeconds: 300 };

function run(vector: (typeof vectors)[number]): { raise: Hex; settle: Hex } {
  const parse = (text: string) => word(BigInt(text));
  const words = { latest: [parse(vector.latest)], finalised: [parse(vector.finalised)] };
  const evidence = gatherEvidence(words, vector.time + SKEW_SECONDS);
  const deployment = {
    word: parse(vector.word),
    leases: leases(BigInt(vector.leases)),
    time: vector.time,
    ceiling: vector.ceiling as Rungs,
    soloTime: vector.soloTime < 0 ? null : vector.soloTime,
  };
  return {
    raise: hexOfInteger(findRaise(evidence, deployment), 32),
    settle: hexOfInteger(findSettle(evidence, deployment, POLICY), 32),
  };
}

describe("mirror rule", () => {
  describe("when held against the vectors", () => {
    for (const vector of vectors) {
      it(vector.why, () => {
        expect(run(vector)).to.deep.equal({ raise: vector.raise, settle: vector.settle });
      });
    }
  });
});
