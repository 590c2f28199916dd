import type { SignedKind } from "../domain/quorum/claim.ts";
import type { FindingKind } from "../domain/world/finding.ts";

/** Which of the two paths tightened a chain. */
export type TighteningPath = "direct" | "layerzero";

/** What drove a transaction: at once, by the queue, or by the process itself because the queue did not. */
export type Lane = "emergency" | "queue" | "process";

/** `confirmed`: the state is seen at the head; `final`: in a finalised block; the others: it will not be. */
export type ActionOutcome = "confirmed" | "final" | "expired" | "abandoned";

/** A signature that was asked of a peer, or that a peer asked for, and what came of it. */
export interface CoSigning {
  readonly peer: string;
  readonly side: "asked" | "answered";
  /** `signed`, a refusal, or the name of an error. */
  readonly outcome: string;
}

/** What a venue that is rebuilt from events is held against: its own views at the same block, or everything summed anew. */
export type VenueCheck = "views" | "sums";

/** Typed recorders, one per thing worth counting. Implementations never throw. `chain` is the chain's name. */
/** What a hub itself says went wrong with it, or with a peer. */
export type HubReport =
  "config-differs" | "message-refused" | "lanes-refused" | "send-failed" | "mirror-failed" | "halt-budget-spent";

export interface Metrics {
  /** Head and finalised head of a chain after a poll, and how many blocks are not read yet. */
  chainRead(chain: string, at: { latest: number; finalised: number; lagBlocks: number }): void;
  /** The world found something wrong with what a chain said. */
  found(chain: string, kind: FindingKind): void;
  /** A hub's event says that something went wrong; it went on. `hub_reports_total`. */
  hubReported(chain: string, report: HubReport): void;
  /** A rebuilt venue was checked. While one of the checks fails no figures are published. `venue_check_ok`. */
  venueChecked(chain: string, check: VenueCheck, isSame: boolean): void;
  /** A chain was reorganised, `depth` blocks deep. */
  reorganised(chain: string, depth: number): void;
  /** Whether a chain's finality has not moved for too long while its head did. `finality_stalled`. */
  finalityStalled(chain: string, isStalled: boolean): void;
  /** Whether a chain's guard is raised. `guard_active`. */
  guarded(chain: string, isGuarded: boolean): void;
  /** A loop went round once. Liveness is progress. */
  loopTurned(loop: string): void;
  /** An operation failed with a catalogued error. */
  failed(where: string, code: string): void;

  /** A decision was taken. */
  decided(kinds: readonly SignedKind[]): void;
  /** A node took a transaction. */
  sent(chain: string, of: { kind: SignedKind; lane: Lane }): void;
  /** A transaction was mined and reverted. */
  reverted(chain: string): void;
  /** An action ended, or reached finality after it had. */
  closed(chain: string, of: { kind: SignedKind; outcome: ActionOutcome }): void;

  /** First sight of an assertion to the first other chain tightened. `time_to_first_chain_seconds`. */
  tightenedFirst(path: TighteningPath, seconds: number): void;
  /** First sight of an assertion to the last chain tightened. `time_to_global_seconds`. */
  tightenedAll(path: TighteningPath, seconds: number): void;
  /** Log visible to transaction taken by the node, for one destination. `relayer_overhead_seconds`. */
  overhead(seconds: number): void;

  /** A wallet's funds were read: halts that it can still pay for on that chain. */
  fundsRead(chain: string, haltsLeft: number): void;
  /** The part of chains that a halt which comes now would be sent to, 0 to 1. */
  haltReadiness(score: number): void;

  /** Whether all chains hold the same mesh words, and how many actions are open. */
  converged(isConverged: boolean, openActions: number): void;

  /** A signature was asked for. */
  coSigned(of: CoSigning): void;
  /** A peer was asked who it is: whether it answered, and as itself. */
  peerUp(peer: string, isUp: boolean): void;
}
