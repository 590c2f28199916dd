import type { Rungs } from "./rungs.ts";

/** Highest rungs that each kind of messenger can cause, and how many operators make a quorum. */
export interface Limits {
  readonly peerCeiling: Rungs;
  readonly soloCeiling: Rungs;
  readonly quorumCeiling: Rungs;
  readonly quorum: number;
}
