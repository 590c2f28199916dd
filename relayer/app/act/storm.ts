import type { PlannedDestination } from "../../domain/decision/decision.ts";
import type { Eid } from "../../domain/eid.ts";
import { HALTED, M4, type Rungs, exceedsRungs, rungsOf } from "../../domain/incident/rungs.ts";
import { MARGIN_LANE, laneOf } from "../../domain/incident/word.ts";
import type { Clock } from "../../ports/clock.ts";

/**
 * When many markets trip one after the other, the first goes out at once, and what follows within this time goes out
 * together. What is more severe than what went before does not wait for company.
 */
export const STORM_MS = 250;

export interface StormGate {
  /** Whether the raise may go now. One that may not is planned again when the time is over. */
  admits(destination: PlannedDestination): boolean;
  note(destination: PlannedDestination): void;
}

export function createStormGate(clock: Clock): StormGate {
  const last = new Map<Eid, { readonly atMs: number; readonly rungs: Rungs }>();
  return {
    admits(destination) {
      const before = last.get(destination.eid);
      if (before === undefined || clock.nowMs() >= before.atMs + STORM_MS) return true;
      return exceedsRungs(rungsIn(destination), before.rungs);
    },
    note(destination) {
      last.set(destination.eid, { atMs: clock.nowMs(), rungs: rungsIn(destination) });
    },
  };
}

/** The highest rung of either axis that any of its markets asks for. */
function rungsIn({ needs }: PlannedDestination): Rungs {
  const highest = (top: number, lane: (rung: number) => number): number => {
    for (let rung = top; rung > 0; rung -= 1) if (needs.some(({ word }) => laneOf(word, lane(rung)) > 0)) return rung;
    return 0;
  };
  const breaker = highest(HALTED, (rung) => rung);
  const margin = highest(M4, (rung) => MARGIN_LANE + rung);
  return rungsOf(breaker, margin) ?? (0 as Rungs);
}
