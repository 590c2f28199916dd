import type { Hex } from "../hex.ts";

/** One side of a fill. Bought positive, in fine size. */
export interface Traded {
  readonly kind: "traded";
  readonly account: Hex;
  readonly market: number;
  readonly sizeFine: bigint;
}

/** Part of a position was taken over: `sizeFine` was traded for `account`, and the opposite for `liquidator`. */
export interface Liquidated {
  readonly kind: "liquidated";
  readonly account: Hex;
  readonly liquidator: Hex;
  readonly market: number;
  readonly sizeFine: bigint;
}

/** An account was closed, whole; its positions go with the tear-ups that follow. */
export interface Defaulted {
  readonly kind: "defaulted";
  readonly account: Hex;
}

/** Every position of a side was multiplied by `indexAfter / indexBefore`. */
export interface TornUp {
  readonly kind: "torn-up";
  readonly market: number;
  readonly isLongSide: boolean;
  /** 0: all of the side was closed. */
  readonly indexAfter: bigint;
}

/** The venue's events that change open interest. Of the rest, reducing exposures needs nothing. */
export type VenueEvent = Traded | Liquidated | Defaulted | TornUp;

/** A venue event and where it stands on its chain. */
export interface LoggedVenueEvent {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly logIndex: number;
  readonly event: VenueEvent;
}
