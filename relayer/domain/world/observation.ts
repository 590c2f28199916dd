import type { Action } from "../action/action.ts";
import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import type { LoggedEvent } from "../incident/hub-event.ts";
import type { VenueFigures } from "../risk/figures.ts";
import type { BlockRef } from "./block.ts";
import type { HubSnapshot } from "./hub-state.ts";

/** A chain's state as of a finalised block: where folding begins, and begins again when nothing else is left. */
export interface SnapshotTaken {
  readonly kind: "snapshot-taken";
  readonly eid: Eid;
  readonly snapshot: HubSnapshot;
}

/** The chain was read from after the cursor up to and including `to`; `events` is all that was there. */
export interface BlocksRead {
  readonly kind: "blocks-read";
  readonly eid: Eid;
  readonly to: BlockRef;
  /** Whether `to` was the head. */
  readonly isHead: boolean;
  readonly events: readonly LoggedEvent[];
}

/** Finality moved. */
export interface Finalised {
  readonly kind: "finalised";
  readonly eid: Eid;
  readonly block: BlockRef;
}

/** What came after `ancestor` is undone: it did not happen (`reorg`), or it was not all there (`gap`). */
export interface Rewound {
  readonly kind: "rewound";
  readonly eid: Eid;
  readonly ancestor: BlockRef;
  readonly cause: "reorg" | "gap";
}

/**
 * What the chain calls final is believed from now on, or is not: it has called something final and taken it back, or its
 * endpoints do not agree. Doubted, it still is evidence to tighten on; nothing is extended or renewed by it.
 */
export interface TrustChanged {
  readonly kind: "trust-changed";
  readonly eid: Eid;
  readonly isTrusted: boolean;
}

/** The state at the cursor, read because events are missing for good. Undone by a reorg like events are. */
export interface Resynchronised {
  readonly kind: "resynchronised";
  readonly eid: Eid;
  readonly snapshot: HubSnapshot;
}

/** An action was decided, or taken over from a job of an earlier life. */
export interface ActionOpened {
  readonly kind: "action-opened";
  readonly action: Action;
  /** Wall time, for pacing only. */
  readonly atMs: number;
}

/** A node took a transaction for the action. */
export interface ActionSent {
  readonly kind: "action-sent";
  readonly action: string;
  readonly txHash: Hex;
  readonly atMs: number;
}

/** A transaction of the action was mined. */
export interface ActionMined {
  readonly kind: "action-mined";
  readonly action: string;
  readonly txHash: Hex;
  readonly status: "success" | "reverted";
  readonly blockNumber: number;
}

/** The action was given up. `exhausted`: sent too often to no effect. `expired`: no hub would accept it any more. */
export interface ActionAbandoned {
  readonly kind: "action-abandoned";
  readonly action: string;
  readonly reason: "exhausted" | "expired";
  readonly atMs: number;
}

/** What risk came to on a chain, at a finalised block: nothing undoes it. */
export interface VenueSeen {
  readonly kind: "venue-seen";
  readonly eid: Eid;
  readonly figures: VenueFigures;
}

export type ChainObservation = SnapshotTaken | BlocksRead | Finalised | Rewound | Resynchronised | TrustChanged;
export type ActionObservation = ActionOpened | ActionSent | ActionMined | ActionAbandoned;

/** Everything that can change the world. Folding the same observations gives the same world. */
export type Observation = ChainObservation | ActionObservation | VenueSeen;
