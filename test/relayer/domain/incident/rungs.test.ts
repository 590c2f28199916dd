import { expect } from "chai";
import fc from "fast-check";

import {
  type Rungs,
  breakerOf,
  exceedsRungs,
  isCalm,
  joinRungs,
  marginOf,
  meetRungs,
  nameRungs,
  rungsOf,
  rungsOfByte,
} from "../../../../relayer/domain/incident/rungs.ts";
import { someRungs } from "../../../support/arbitraries.ts";
import { rungs } from "../../../support/builders.ts";
import vectors from "../../../vectors/rungs.json" with { type: "json" };

/** The result, or null where the contract reverts. */
function run({ op, a, b }: (typeof vectors)[number]): number | null {
  const [x, y] = [a as Rungs, b as Rungs];
  switch (op) {
    case "pair":
      return rungsOf(a, b);
    case "validate":
      return rungsOfByte(a);
    case "breaker":
      return breakerOf(x);
    case "margin":
      return marginOf(x);
    case "join":
      return joinRungs(x, y);
    case "meet":
      return meetRungs(x, y);
    case "exceeds":
      return Number(exceedsRungs(x, y));
    case "isCalm":
      return Number(isCalm(x));
    default:
      throw new TypeError(`no operation ${op}`);
  }
}

describe("rungs", () => {
  describe("when held against the shared vectors", () => {
    for (const vector of vectors) {
      it(`${vector.op}: ${vector.why}`, () => {
        expect(run(vector)).to.equal(vector.reverts ? null : vector.expected);
      });
    }
  });

  describe("when joined and met", () => {
    it("is a lattice: each absorbs the other, and exceeding is its order", () => {
      fc.assert(
        fc.property(someRungs(), someRungs(), (a, b) => {
          expect(joinRungs(a, meetRungs(a, b))).to.equal(a);
          expect(meetRungs(a, joinRungs(a, b))).to.equal(a);
          expect(exceedsRungs(a, b)).to.equal(joinRungs(a, b) !== b);
        }),
      );
    });
  });

  describe("when not whole numbers", () => {
    it("is refused", () => {
      expect(rungsOf(1.5, 0)).to.equal(null);
      expect(rungsOf(-1, 0)).to.equal(null);
      expect(rungsOfByte(256)).to.equal(null);
    });
  });

  describe("when named", () => {
    it("uses the glossary's words", () => {
      expect(nameRungs(rungs(3, 2))).to.equal("halted/m2");
      expect(nameRungs(rungs(0, 0))).to.equal("normal/base");
    });
  });
});
