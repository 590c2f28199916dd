import type { ActionKind } from "../domain/action/action.ts";
import type { InstructionKind } from "../domain/desk/instruction.ts";
import type { Hex } from "../domain/hex.ts";
import type { EndpointHealth } from "./chain.ts";
import type { MessagesView } from "./message-status.ts";
import type { InsightView } from "./insight.ts";

export type Health = "healthy" | "degraded" | "unhealthy";

export interface LoopStatus {
  readonly name: string;
  /** Milliseconds since the loop last went round, or null when it never did. */
  readonly idleMs: number | null;
  readonly isAlive: boolean;
}

export interface ComponentStatus {
  /**
   * `chain:<name>`, `venue:<name>` where one is read, `queue`, `journal`, with peers also `quorum`; `sensors:<name>` while
   * some there cannot be poked.
   */
  readonly name: string;
  readonly health: Health;
  /** Why it is not healthy, without secrets. */
  readonly reason?: string;
}

export interface ChainStatus {
  readonly name: string;
  readonly eid: number;
  /** Null until the chain was read for the first time. */
  readonly head: number | null;
  readonly finalised: number | null;
  /** Blocks between the finalised one and the head. */
  readonly unfinalisedBlocks: number | null;
  readonly seq: number | null;
  /** The posture slot, 32 bytes. */
  readonly posture: Hex | null;
  /** keccak256 of the mesh words, as the hub's `meshDigest`. */
  readonly meshDigest: Hex | null;
  /** By host, in the configured order. */
  readonly endpoints: readonly EndpointHealth[];
}

export interface ConvergenceStatus {
  /** Null while a chain's words are unknown. */
  readonly isConverged: boolean | null;
  readonly digests: readonly { readonly name: string; readonly eid: number; readonly meshDigest: Hex | null }[];
}

export type ActionState = "open" | "confirmed" | "final" | "expired" | "abandoned";

export interface ActionStatus {
  readonly id: string;
  readonly decision: Hex;
  readonly kind: ActionKind;
  readonly eid: number;
  readonly state: ActionState;
  readonly deadline: number;
  /** What the deployment lacked: markets, and the words asked for. */
  readonly needs: readonly { readonly market: number; readonly word: Hex }[];
  readonly transactions: readonly Hex[];
}

/** What desks were told, and what became of it on each. */
export interface InstructionStatus {
  readonly operation: Hex;
  readonly decision: Hex;
  readonly kind: InstructionKind;
  readonly market: number;
  readonly toMarket: number;
  readonly until: number;
  readonly deadline: number;
  readonly deliveries: readonly {
    readonly eid: number;
    readonly units: string;
    readonly state: ActionState;
    readonly transactions: readonly Hex[];
  }[];
}

/** What the HTTP pages show. All JSON already: no bigint, no Map. Implemented by `app/status.ts`. */
export interface RelayerStatus extends InsightView, MessagesView {
  /** Loops, for `/live`: alive while each made progress lately. */
  live(): { readonly isLive: boolean; readonly loops: readonly LoopStatus[] };
  /** Components, for `/ready`: ready while none is unhealthy. A store that is down only degrades. */
  ready(): { readonly isReady: boolean; readonly components: readonly ComponentStatus[] };
  chains(): readonly ChainStatus[];
  convergence(): ConvergenceStatus;
  /** Open ones first, then the recent. */
  actions(): readonly ActionStatus[];
  /** Newest first. */
  instructions(): readonly InstructionStatus[];
}
