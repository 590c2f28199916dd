import type { Clock } from "../../ports/clock.ts";

/** After a failure the peers are left alone this long, twice as long after the next, up to the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

/** Keeps a node from asking peers that do not answer over and over. News is worth asking at once. */
export interface QuorumPace {
  /** Whether the last gathering brought a quorum; true before the first. */
  readonly isAnswering: boolean;
  isDue(hasNews: boolean): boolean;
  succeed(): void;
  fail(): void;
}

export function createQuorumPace(clock: Clock): QuorumPace {
  let failures = 0;
  let notBeforeMs = 0;
  return {
    get isAnswering() {
      return failures === 0;
    },
    isDue: (hasNews) => hasNews || clock.nowMs() >= notBeforeMs,
    succeed() {
      failures = 0;
      notBeforeMs = 0;
    },
    fail() {
      notBeforeMs = clock.nowMs() + Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
      failures += 1;
    },
  };
}
