import type { DeskLimits, DeskReport } from "../desk/desk-report.ts";
import type { InstructionKind } from "../desk/instruction.ts";
import type { Eid } from "../eid.ts";
import type { MarketFigures, VenueFigures } from "../risk/figures.ts";

/** What a rule asks of the desk of one chain. Orders that differ in `eid` and `units` alone become one instruction. */
export interface Order {
  readonly eid: Eid;
  readonly kind: InstructionKind;
  readonly market: number;
  readonly toMarket: number;
  readonly units: bigint;
  readonly until: number;
  readonly globalOpenInterest: bigint;
  readonly turn: bigint;
}

export const PPM = 1_000_000n;

/** Nothing that a desk takes is larger: amounts are 96 bits. */
export const UNITS_MAX = 2n ** 96n - 1n;

/** What a rule reads: figures that are fresh, and the time at which it asks. */
export interface OrderInput {
  readonly venues: readonly VenueFigures[];
  /** The newest head of any chain, unix seconds. */
  readonly time: number;
}

/** One market of one chain, with its desk. */
export interface MarketWithDesk {
  readonly eid: Eid;
  readonly figures: MarketFigures;
  readonly report: DeskReport;
}

/** Markets whose desk sets envelopes. What has no desk, or one that the venue does not listen to, is not asked. */
export function listMarketsWithDesk(venues: readonly VenueFigures[]): readonly MarketWithDesk[] {
  return venues.flatMap(({ eid, markets }) =>
    markets.flatMap((figures) => {
      const { desk } = figures;
      return desk?.isSetter === true ? [{ eid, figures, report: desk }] : [];
    }),
  );
}

/**
 * The end of what is asked for at `time`: at least half of `holdSeconds` away, at most all of it. Nodes that look at
 * different blocks mean the same end, but for the moment in which it moves on.
 */
export function endOf(time: number, holdSeconds: number): number {
  const half = Math.floor(holdSeconds / 2);
  return (Math.floor(time / half) + 2) * half;
}

/** `units` as far as governance lets an instruction say it, or null where it lets none be said that is as low. */
export function withinLimits(units: bigint, { leastUnits, mostUnits }: DeskLimits): bigint | null {
  if (mostUnits === 0n) return null;
  const raised = units < leastUnits ? leastUnits : units;
  return raised > mostUnits ? mostUnits : raised;
}

export function isWithinTime(until: number, time: number, { mostSeconds }: DeskLimits): boolean {
  return until <= time + mostSeconds;
}

export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
