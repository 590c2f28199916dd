import { expect } from "chai";
import fc from "fast-check";

import { findAncestor } from "../../../../relayer/app/observe/find-ancestor.ts";
import { aBlock } from "../../../support/builders.ts";

describe("findAncestor", () => {
  describe("when the last blocks were replaced", () => {
    it("finds the last that was not, in few questions", async () => {
      const counts = fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 600 }));
      await fc.assert(
        fc.asyncProperty(counts, async ([kept, replaced]) => {
          const known = Array.from({ length: kept + replaced }, (_, number) => aBlock(number));
          let asked = 0;

          const ancestor = await findAncestor(known, (block) => {
            asked += 1;
            return Promise.resolve(block.number < kept);
          });

          expect(ancestor?.number ?? -1).to.equal(kept - 1);
          expect(asked).to.be.at.most(11);
        }),
      );
    });
  });
});
