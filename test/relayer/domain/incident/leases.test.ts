import { expect } from "chai";

import { findLeaseFault, leaseSecondsOf, leases } from "../../../../relayer/domain/incident/leases.ts";
import { LEASES } from "../../../support/builders.ts";
import vectors from "../../../vectors/leases.json" with { type: "json" };

describe("leases", () => {
  describe("when held against the shared vectors", () => {
    for (const { why, op, index, expected, reverts, ...vector } of vectors) {
      it(`${op}: ${why}`, () => {
        const of = leases(BigInt(vector.leases));
        if (op === "secondsOf") expect(leaseSecondsOf(of, index)).to.equal(expected);
        else expect(findLeaseFault(of)).to.deep.equal(reverts ? { lane: index, leaseSeconds: expected } : null);
      });
    }
  });

  describe("when packed from the defaults", () => {
    it("is the word of the vectors", () => {
      const defaults = vectors.find(({ why }) => why === "the defaults are valid");

      expect(LEASES).to.equal(BigInt(defaults?.leases ?? 0));
    });
  });
});
