import { type Leases, leaseSecondsOf } from "../../relayer/domain/incident/leases.ts";
import { RUNG_LANES, type Word, holdsLane, laneOf } from "../../relayer/domain/incident/word.ts";

/** When the next lease of `words` ends after `time`, in unix seconds, or null when none is running. */
export function nextLeaseEnd(words: readonly Word[], leases: Leases, time: number): number | null {
  const ends = words.flatMap((word) =>
    RUNG_LANES.filter((lane) => holdsLane(word, lane, { leases, time })).map(
      (lane) => laneOf(word, lane) + leaseSecondsOf(leases, lane),
    ),
  );
  return ends.length === 0 ? null : Math.min(...ends);
}
