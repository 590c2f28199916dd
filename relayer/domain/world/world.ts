import type { ActionView } from "../action/action-view.ts";
import type { Eid } from "../eid.ts";
import type { HubEvent } from "../incident/hub-event.ts";
import type { VenueFigures } from "../risk/figures.ts";
import type { BlockRef } from "./block.ts";
import type { HubState } from "./hub-state.ts";

/** What happened in one block: the hub's events, or its whole state where events were missing. */
export interface Batch {
  readonly number: number;
  readonly change: { readonly events: readonly HubEvent[] } | { readonly state: HubState };
}

/** A hub's state and the block that it is the state of. */
export interface StateAt {
  readonly block: BlockRef;
  readonly state: HubState;
}

/** One chain as far as it was read. */
export interface ChainView {
  readonly eid: Eid;
  readonly finalised: StateAt;
  /** Blocks with events after the finalised one, oldest first. Each may still be undone. */
  readonly batches: readonly Batch[];
  /** `finalised` with every batch folded in, at the cursor: the last block that was read. */
  readonly latest: StateAt;
  /** Where reading stopped after the finalised block and before the cursor, oldest first: a reorg leads back there. */
  readonly checkpoints: readonly BlockRef[];
  /** Whether the cursor was the chain's head when it was read. False while catching up and while reading again. */
  readonly isCaughtUp: boolean;
  /** Whether what it calls final is in doubt. See `TrustChanged`. Absent: it is not. */
  readonly isSuspect?: boolean;
}

/** Everything that the relayer knows. Folded from observations by `reduce`, and by nothing else. */
export interface World {
  readonly chains: ReadonlyMap<Eid, ChainView>;
  /** By id, oldest first. */
  readonly actions: ReadonlyMap<string, ActionView>;
  /** What risk came to when it was last computed, at a finalised block of each chain whose venue is read. */
  readonly venues: ReadonlyMap<Eid, VenueFigures>;
}

export const EMPTY_WORLD: World = { chains: new Map(), actions: new Map(), venues: new Map() };
