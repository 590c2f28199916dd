import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import type { Limits } from "./limits.ts";
import type { Posture } from "./posture.ts";
import type { Rungs } from "./rungs.ts";
import type { Word } from "./word.ts";

/** Why a rung was asserted. The index is the on-chain number: append, never reorder. */
export const CAUSES = [
  "price",
  "volatility",
  "outflow",
  "solvency",
  "oracle",
  "messaging",
  "code",
  "operator",
  "council",
  "corroborated",
] as const;

/** How an entry reached a chain. The index is the on-chain number. */
export const PATHS = ["layerzero", "solo", "quorum"] as const;

/** Why a lane, an entry or a message was not merged. The index is the on-chain number. */
export const REFUSALS = ["unknown-version", "bad-length", "unknown-market", "ahead-of-time", "above-ceiling"] as const;

export type Cause = (typeof CAUSES)[number];
export type Path = (typeof PATHS)[number];
export type Refusal = (typeof REFUSALS)[number];

interface Numbered<Kind extends string> {
  readonly kind: Kind;
  /** Counted from 1 without gaps over all events of a hub. */
  readonly seq: number;
}

/** What a sensor may assert. */
export interface SensorGrant {
  readonly isActive: boolean;
  readonly cause: Cause;
  readonly localCeiling: Rungs;
  readonly meshCeiling: Rungs;
  /** Bit m set: the sensor may speak of market m. */
  readonly markets: number;
}

export interface MarketRegistered extends Numbered<"market-registered"> {
  readonly market: number;
  readonly posture: Posture;
}

export interface SensorSet extends Numbered<"sensor-set"> {
  readonly sensor: Hex;
  readonly grant: SensorGrant;
}

export interface MirrorSet extends Numbered<"mirror-set"> {
  readonly mirror: Hex;
  readonly isActive: boolean;
}

export interface Asserted extends Numbered<"asserted"> {
  readonly market: number;
  readonly sensor: Hex;
  readonly cause: Cause;
  readonly local: Rungs;
  readonly mesh: Rungs;
  /** Words and posture after the assertion. The local word is empty when it is as it was. */
  readonly localWord: Word;
  readonly meshWord: Word;
  readonly posture: Posture;
}

/** An entry of a directive, or of the message whose event stands before it, changed a word. */
export interface Merged extends Numbered<"merged"> {
  readonly market: number;
  readonly path: Path;
  /** The decision that the directive follows from; null for a message. */
  readonly decision: Hex | null;
  /** Word and posture after the merge. */
  readonly meshWord: Word;
  readonly posture: Posture;
}

export interface LanesRefused extends Numbered<"lanes-refused"> {
  readonly market: number;
  readonly srcEid: Eid;
  readonly path: Path;
  readonly refusal: Refusal;
  readonly lanes: Word;
}

export interface Lifted extends Numbered<"lifted"> {
  readonly market: number;
  readonly inForce: Rungs;
  readonly posture: Posture;
}

export interface Voided extends Numbered<"voided"> {
  readonly market: number;
  /** Unix seconds: what was asserted then or earlier is no longer in force there. */
  readonly asOf: number;
  /** Words after the void. The posture is as it was. */
  readonly meshWord: Word;
  readonly localWord: Word;
}

export interface HaltBudgetSpent extends Numbered<"halt-budget-spent"> {
  readonly market: number;
}

export interface HaltBudgetRearmed extends Numbered<"halt-budget-rearmed"> {
  readonly market: number;
  readonly posture: Posture;
}

export interface CouncilSet extends Numbered<"council-set"> {
  readonly council: Hex;
}

export interface LiftGateSet extends Numbered<"lift-gate-set"> {
  readonly gate: Hex;
}

export interface MirrorFailed extends Numbered<"mirror-failed"> {
  readonly mirror: Hex;
}

export interface BroadcastSent extends Numbered<"broadcast-sent"> {
  readonly markets: number;
  readonly isHeartbeat: boolean;
  readonly sent: number;
  readonly failed: number;
}

export interface SendFailed extends Numbered<"send-failed"> {
  readonly dstEid: Eid;
  readonly selector: Hex;
}

export interface Heard extends Numbered<"heard"> {
  readonly srcEid: Eid;
  readonly srcSeq: number;
  readonly isHeartbeat: boolean;
}

/** A peer's heartbeat carried another configuration hash than the chain's own. */
export interface ConfigDiffers extends Numbered<"config-differs"> {
  readonly srcEid: Eid;
  readonly theirs: Hex;
  readonly ours: Hex;
}

export interface MessageRefused extends Numbered<"message-refused"> {
  readonly srcEid: Eid;
  readonly path: Path;
  readonly refusal: Refusal;
  readonly messageHash: Hex;
}

/** A directive was accepted, and none of its entries changed a word. */
export interface NothingMerged extends Numbered<"nothing-merged"> {
  readonly decision: Hex;
}

export interface OperatorSet extends Numbered<"operator-set"> {
  readonly operator: Hex;
  readonly isActive: boolean;
}

export interface LimitsSet extends Numbered<"limits-set"> {
  readonly limits: Limits;
}

/** Every numbered event of a hub, in our words. Addresses are lower case. */
export type HubEvent =
  | MarketRegistered
  | SensorSet
  | MirrorSet
  | Asserted
  | Merged
  | LanesRefused
  | Lifted
  | Voided
  | HaltBudgetSpent
  | HaltBudgetRearmed
  | CouncilSet
  | LiftGateSet
  | MirrorFailed
  | BroadcastSent
  | SendFailed
  | Heard
  | ConfigDiffers
  | MessageRefused
  | NothingMerged
  | OperatorSet
  | LimitsSet;

/** A hub event and where it stands on its chain. */
export interface LoggedEvent {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly logIndex: number;
  readonly txHash: Hex;
  readonly event: HubEvent;
}
