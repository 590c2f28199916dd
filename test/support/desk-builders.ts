import type { DeskReport } from "../../relayer/domain/desk/desk-report.ts";
import type { Eid } from "../../relayer/domain/eid.ts";
import type { Policy } from "../../relayer/domain/policy/policy.ts";
import type { MarketFigures, VenueFigures } from "../../relayer/domain/risk/figures.ts";
import { EIDS, T0 } from "./builders.ts";
import { MIRROR } from "./fake-mesh.ts";

export const NO_BUDGET = 2n ** 256n - 1n;

/** A desk that may do everything, where nothing was set yet. */
export function aReport(differs: Partial<DeskReport> = {}): DeskReport {
  const limits = { leastUnits: 0n, mostUnits: 1_000_000n, mostSeconds: 21_600 };
  return {
    isSetter: true,
    isMover: true,
    limits: { "open-interest-cap": limits, "deleveraging-budget": limits, "insurance-move": limits },
    movable: 1_000_000n,
    moves: 0n,
    governedCap: 100_000n,
    envelope: { capUnits: 0n, globalUnits: 0n, until: 0 },
    budget: { leftUnits: NO_BUDGET, until: 0 },
    movePpm: 1_000_000,
    floorUnits: 0n,
    ...differs,
  };
}

export function someFigures(differs: Partial<MarketFigures> = {}): MarketFigures {
  const amounts = { openInterest: 10_000n, largest: 0n, skew: 0n, fund: 0n, insurance: 0n, shortfall: 0n };
  return {
    market: 1,
    priceX32: 1_000n << 32n,
    ...amounts,
    stressed: [0n],
    marginE6: null,
    desk: aReport(),
    ...differs,
  };
}

export function aVenueWithDesk(
  index: number,
  markets: readonly MarketFigures[],
  differs: Partial<VenueFigures> = {},
): VenueFigures {
  const block = { number: 90, hash: `0x${"90".repeat(32)}`, timestamp: T0 - 10 } as const;
  return { eid: EIDS[index] as Eid, block, shared: 0n, sharedDesk: aReport(), markets, ...differs };
}

/** Every rule that instructs desks, with numbers that are easy to reckon with. */
export const DESK_POLICY: Policy = {
  hash: `0x${"33".repeat(32)}`,
  mirror: MIRROR,
  cap: {
    holdSeconds: 3_600,
    global: [{ market: 1, units: 90_000, eids: EIDS.slice(0, 3) }],
    fromPpm: 800_000,
    crowdedPpm: 500_000,
    leastOpenInterestUnits: 1_000,
    stepPpm: 50_000,
  },
  budget: { holdSeconds: 3_600, leastUnits: 10, ofLackPpm: 1_500_000 },
  cover: { ownPpm: 1_000_000, leastLossUnits: 100, keepPpm: 2_000_000, sharedKeepUnits: 50 },
};
