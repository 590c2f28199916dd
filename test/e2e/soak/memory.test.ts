import { expect } from "chai";

import { findTrend } from "./memory.ts";

const MEGABYTE = 1_048_576;

describe("findTrend", () => {
  /** A heap that fills by a megabyte a sample and is collected every tenth; what is kept is `keptAt`. */
  const samplesOf = (count: number, keptAt: (index: number) => number) =>
    Array.from({ length: count }, (_, index) => {
      return { blocks: index * 10, heapBytes: (keptAt(index) + (index % 10)) * MEGABYTE };
    });

  it("finds nothing in a heap that only fills and empties, whatever the warm-up took", () => {
    const trend = findTrend(samplesOf(400, (index) => (index < 100 ? index : 100)));

    expect(Math.abs(trend?.growthBytes ?? NaN)).to.be.lessThan(1);
  });

  it("finds what is kept, under ten times as much that is not", () => {
    const trend = findTrend(samplesOf(400, (index) => 50 + index / 100));

    expect((trend?.bytesPerThousandBlocks ?? NaN) / MEGABYTE).to.be.closeTo(1, 0.05);
    expect((trend?.growthBytes ?? NaN) / MEGABYTE).to.be.closeTo(3, 0.15);
  });

  it("says nothing of too few samples", () => {
    expect(findTrend(samplesOf(8, () => 1))).to.equal(null);
  });
});
