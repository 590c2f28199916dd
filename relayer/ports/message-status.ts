import type { Hex } from "../domain/hex.ts";
import type { PacketState } from "../domain/packet/packet-state.ts";

/** One LayerZero packet of the mesh, for pages and command line. All JSON already. */
export interface MessageStatus {
  readonly guid: Hex;
  readonly srcEid: number;
  readonly dstEid: number;
  readonly nonce: string;
  readonly status: PacketState;
  /** Seconds in that state, as far as this process saw it. */
  readonly ageSeconds: number | null;
  /** DVNs that have vouched for what the source sent. */
  readonly verifiedBy: readonly Hex[];
  /** Executions that failed, whoever tried. */
  readonly failures: number;
  /** The endpoint holds another payload than the source sent. */
  readonly isForged: boolean;
}

/** What the receiving hub's delegate should do about a nonce. */
export interface RecoveryStatus {
  /** The chain on which to call. */
  readonly chain: string;
  readonly why: "not-verified" | "forged" | "failed";
  readonly srcEid: number;
  readonly nonce: string;
  /** Packets that wait for it. */
  readonly holdsUp: number;
  readonly ageSeconds: number | null;
  /** The call to LayerZero's endpoint, as `cast` takes it. */
  readonly call: string;
}

/** Which messages to show. */
export interface MessageFilter {
  readonly srcEid?: number;
  readonly dstEid?: number;
  readonly status?: PacketState;
}

/** What is known of messages. Implemented by `app/housekeeping`. */
export interface MessagesView {
  /** Newest last. */
  messages(filter?: MessageFilter): readonly MessageStatus[];
  recoveries(): readonly RecoveryStatus[];
}
