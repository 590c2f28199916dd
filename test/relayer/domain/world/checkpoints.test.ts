import { expect } from "chai";

import type { BlockRef } from "../../../../relayer/domain/world/block.ts";
import { CHECKPOINTS_DENSE, CHECKPOINTS_MAX, thinCheckpoints } from "../../../../relayer/domain/world/checkpoints.ts";
import { aBlock } from "../../../support/builders.ts";

describe("checkpoints", () => {
  describe("when they are not too many", () => {
    it("are all kept", () => {
      const blocks = Array.from({ length: CHECKPOINTS_MAX }, (_, number) => aBlock(number));

      expect(blocks.reduce<readonly BlockRef[]>(thinCheckpoints, [])).to.deep.equal(blocks);
    });
  });

  describe("when finality stalls for a long time", () => {
    it("stay bounded, complete near the head, and reach back to the beginning", () => {
      let checkpoints: readonly BlockRef[] = [];
      for (let number = 1; number <= 20_000; number++) checkpoints = thinCheckpoints(checkpoints, aBlock(number));

      const numbers = checkpoints.map(({ number }) => number);
      const recent = Array.from({ length: CHECKPOINTS_DENSE }, (_, index) => 20_000 - CHECKPOINTS_DENSE + 1 + index);
      expect(numbers.length).to.be.at.most(CHECKPOINTS_MAX);
      expect(numbers.slice(-CHECKPOINTS_DENSE)).to.deep.equal(recent);
      expect(numbers[0]).to.equal(1);
      expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b));
    });
  });
});
