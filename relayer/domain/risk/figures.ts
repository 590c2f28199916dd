import type { Canonical } from "../canonical.ts";
import type { DeskReport } from "../desk/desk-report.ts";
import type { BlockId } from "../decision/block-id.ts";
import type { Eid } from "../eid.ts";

/** What risk comes to in one market of one chain. Amounts in units of collateral. */
export interface MarketFigures {
  readonly market: number;
  /** Units for a lot, 32 binary places. */
  readonly priceX32: bigint;
  /** Notional of the larger side. */
  readonly openInterest: bigint;
  /** Notional of the largest position. */
  readonly largest: bigint;
  /** Notional by which one side is larger. */
  readonly skew: bigint;
  /** The market's own fund. */
  readonly fund: bigint;
  /** What may be drawn for this market now: of its own fund and of the shared one. */
  readonly insurance: bigint;
  readonly shortfall: bigint;
  /** Stressed loss in each scenario of the policy, in its order. */
  readonly stressed: readonly bigint[];
  /** Margin that the chain's volatility sensor publishes, in millionths of notional; null where nobody says. */
  readonly marginE6: number | null;
  /** Of the operators' desk. Absent where none is read. */
  readonly desk?: DeskReport;
}

/** What risk comes to on one chain, at a finalised block. Anybody can compute it again from the venue's events. */
export interface VenueFigures {
  readonly eid: Eid;
  readonly block: BlockId & { readonly timestamp: number };
  /** The shared fund. */
  readonly shared: bigint;
  /** Of the operators' desk, about the shared fund. Absent where none is read. */
  readonly sharedDesk?: DeskReport;
  /** Ascending by market. */
  readonly markets: readonly MarketFigures[];
}

/** For the inputs' digest. */
export function plainFigures({ eid, block, shared, sharedDesk, markets }: VenueFigures): Canonical {
  return {
    eid,
    block: { number: block.number, hash: block.hash, timestamp: block.timestamp },
    shared,
    ...(sharedDesk === undefined ? {} : { sharedDesk: plainReport(sharedDesk) }),
    markets: markets.map(({ desk, ...of }) => {
      return { ...of, stressed: [...of.stressed], ...(desk === undefined ? {} : { desk: plainReport(desk) }) };
    }),
  };
}

function plainReport({ limits, envelope, budget, ...of }: DeskReport): Canonical {
  const plain = Object.fromEntries(Object.entries(limits).map(([kind, limit]) => [kind, { ...limit }]));
  return { ...of, limits: plain, envelope: { ...envelope }, budget: { ...budget } };
}
