import { expect } from "chai";
import fc from "fast-check";

import {
  addDelta,
  createDeltas,
  type Deltas,
  LOTS_MAX,
  SLOTS_PER_CHAIN,
  slotOf,
} from "../../../../relayer/domain/exposure/deltas.ts";
import {
  addRest,
  applyDeltas,
  CELL_MAX,
  createExposure,
  type Exposure,
  takeDirty,
  undoDeltas,
} from "../../../../relayer/domain/exposure/exposure.ts";
import {
  interestAt,
  interestOfChain,
  interestOfMarket,
  interestOfMesh,
} from "../../../../relayer/domain/exposure/read-exposure.ts";
import { findSumFault } from "../../../../relayer/domain/exposure/recompute.ts";
import { LOT_FINE } from "../../../../relayer/domain/venue/fine.ts";
import { FUZZ } from "../../../support/fuzz.ts";

const CHAINS = 3;

interface Change {
  readonly slot: number;
  readonly lots: bigint;
}

const someChanges = fc.array(
  fc.record({ slot: fc.nat({ max: CHAINS * SLOTS_PER_CHAIN - 1 }), lots: fc.bigInt({ min: 0n, max: LOTS_MAX }) }),
  { maxLength: 60 },
);

function deltasOf(changes: readonly Change[]): Deltas {
  const deltas = createDeltas(changes.length);
  for (const { slot, lots } of changes) expect(addDelta(deltas, slot, lots)).to.equal(null);
  return deltas;
}

/** The same, in the plainest way there is. */
function naiveSums(changes: readonly Change[]): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  const add = (key: string, lots: bigint) => sums.set(key, (sums.get(key) ?? 0n) + lots);
  for (const { slot, lots } of changes) {
    const [chain, rest] = [Math.floor(slot / SLOTS_PER_CHAIN), slot % SLOTS_PER_CHAIN];
    const [market, side] = [Math.floor(rest / 2), rest % 2];
    add(`cell ${String(chain)} ${String(market)} ${String(side)}`, lots);
    add(`chain ${String(chain)} ${String(side)}`, lots);
    add(`market ${String(market)} ${String(side)}`, lots);
    add(`mesh ${String(side)}`, lots);
  }
  return sums;
}

function expectSums(exposure: Exposure, sums: ReadonlyMap<string, bigint>): void {
  const lots = (key: string) => (sums.get(key) ?? 0n) * LOT_FINE;
  const both = (key: string) => {
    const [longFine, shortFine] = [lots(`${key} 0`), lots(`${key} 1`)];
    return { longFine, shortFine, netFine: longFine - shortFine };
  };
  for (let market = 0; market < 32; market += 1) {
    expect(interestOfMarket(exposure, market)).to.deep.equal(both(`market ${String(market)}`));
    for (let chain = 0; chain < CHAINS; chain += 1) {
      expect(interestAt(exposure, { chain, market })).to.deep.equal(both(`cell ${String(chain)} ${String(market)}`));
    }
  }
  for (let chain = 0; chain < CHAINS; chain += 1) {
    expect(interestOfChain(exposure, chain)).to.deep.equal(both(`chain ${String(chain)}`));
  }
  expect(interestOfMesh(exposure)).to.deep.equal(both("mesh"));
}

describe("exposure", () => {
  it("equals plain sums of big integers, cell by cell and in every total", () => {
    fc.assert(
      fc.property(someChanges, someChanges, (first, second) => {
        const exposure = createExposure(CHAINS);

        expect(applyDeltas(exposure, deltasOf(first))).to.equal(null);
        expect(applyDeltas(exposure, deltasOf(second))).to.equal(null);

        expectSums(exposure, naiveSums([...first, ...second]));
        expect(findSumFault(exposure)).to.equal(null);
      }),
      FUZZ,
    );
  });

  it("is as it was once what was added is taken back", () => {
    fc.assert(
      fc.property(someChanges, someChanges, (first, second) => {
        const exposure = createExposure(CHAINS);
        applyDeltas(exposure, deltasOf(first));
        applyDeltas(exposure, deltasOf(second));

        undoDeltas(exposure, deltasOf(second));

        expectSums(exposure, naiveSums(first));
      }),
      FUZZ,
    );
  });

  it("stays exact past 2^53 and up to the last cell that is allowed", () => {
    const exposure = createExposure(1);
    exposure.cells[0] = CELL_MAX - LOTS_MAX;
    exposure.byChain[0] = exposure.byMarket[0] = exposure.mesh[0] = CELL_MAX - LOTS_MAX;

    expect(applyDeltas(exposure, deltasOf([{ slot: 0, lots: LOTS_MAX }]))).to.equal(null);

    expect(interestAt(exposure, { chain: 0, market: 0 }).longFine).to.equal(CELL_MAX * LOT_FINE);
    expect(findSumFault(exposure)).to.equal(null);
  });

  it("refuses an overflow by name, and is as it was", () => {
    const exposure = createExposure(1);
    exposure.cells[0] = CELL_MAX;
    exposure.byChain[0] = exposure.byMarket[0] = exposure.mesh[0] = CELL_MAX;

    const deltas = deltasOf([
      { slot: 4, lots: 7n },
      { slot: 0, lots: 1n },
    ]);

    expect(applyDeltas(exposure, deltas)).to.deep.equal({ kind: "overflow", slot: 0, lots: CELL_MAX + 1n });
    expect([exposure.cells[0], exposure.cells[4], exposure.mesh[0]]).to.deep.equal([CELL_MAX, 0n, CELL_MAX]);
  });

  it("refuses to close what was never opened: then events are missing", () => {
    const exposure = createExposure(1);
    const slot = slotOf({ chain: 0, market: 3, side: "short" });
    applyDeltas(exposure, deltasOf([{ slot, lots: 5n }]));

    const fault = applyDeltas(exposure, deltasOf([{ slot, lots: -6n }]));

    expect(fault).to.deep.equal({ kind: "negative", slot, lots: -1n });
    expect(exposure.cells[slot]).to.equal(5n);
  });

  it("judges a column by where it ends, not by the order of its changes", () => {
    const exposure = createExposure(1);

    const fault = applyDeltas(
      exposure,
      deltasOf([
        { slot: 1, lots: -3n },
        { slot: 1, lots: 3n },
      ]),
    );

    expect(fault).to.equal(null);
  });

  it("takes back every chunk of a long column when the last one fails", () => {
    const exposure = createExposure(1);
    const many = Array.from({ length: (1 << 16) + 1 }, () => ({ slot: 2, lots: 1n }));

    const fault = applyDeltas(exposure, deltasOf([...many, { slot: 5, lots: -1n }]));

    expect(fault).to.deep.equal({ kind: "negative", slot: 5, lots: -1n });
    expect([exposure.cells[2], exposure.mesh[0]]).to.deep.equal([0n, 0n]);
  });

  it("takes no change that is larger than a side may be, and none past its room", () => {
    const deltas = createDeltas(1);

    expect(addDelta(deltas, 0, LOTS_MAX + 1n)).to.equal("too-large");
    expect(addDelta(deltas, 0, -LOTS_MAX - 1n)).to.equal("too-large");
    expect(addDelta(deltas, 0, -LOTS_MAX)).to.equal(null);
    expect(addDelta(deltas, 0, 1n)).to.equal("full");
    expect(deltas.count).to.equal(1);
  });

  it("keeps what is less than a lot, and carries it over when it makes one", () => {
    const exposure = createExposure(1);
    const half = LOT_FINE / 2n;

    const carried = [half, half, -1n].map((fine) => addRest(exposure, 0, fine));

    expect(carried).to.deep.equal([0n, 1n, -1n]);
    expect(exposure.rests.get(0)).to.equal(LOT_FINE - 1n);
    expect(interestOfMesh(exposure).longFine).to.equal(LOT_FINE - 1n);
  });

  it("tells once which cells changed", () => {
    const exposure = createExposure(2);
    const [first, second] = [
      slotOf({ chain: 0, market: 31, side: "short" }),
      slotOf({ chain: 1, market: 0, side: "long" }),
    ];
    applyDeltas(
      exposure,
      deltasOf([
        { slot: second, lots: 1n },
        { slot: first, lots: 1n },
      ]),
    );

    expect(takeDirty(exposure)).to.deep.equal([31, 32]);
    expect(takeDirty(exposure)).to.deep.equal([]);
  });

  it("finds a sum that does not follow from its cells", () => {
    const exposure = createExposure(2);
    applyDeltas(exposure, deltasOf([{ slot: slotOf({ chain: 1, market: 4, side: "short" }), lots: 9n }]));
    exposure.byMarket[9] = 8n;

    expect(findSumFault(exposure)).to.deep.equal({ of: "market", at: 4, side: "short", kept: 8n, recomputed: 9n });
  });
});
