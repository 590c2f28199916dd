import type { Hex } from "../hex.ts";

/**
 * A signed size: whole lots, rounded down, and what is beyond them in fine size (2^-104 of a lot). Nearly every size is
 * whole lots, and then it is a small number and a zero.
 */
export interface Size {
  readonly lots: number;
  readonly restFine: bigint;
}

/** One side of a fill. Bought positive. */
export interface Traded extends Size {
  readonly kind: "traded";
  readonly account: Hex;
  readonly market: number;
}

/** Part of a position was taken over: so much was traded for `account`, and the opposite for `liquidator`. */
export interface Liquidated extends Size {
  readonly kind: "liquidated";
  readonly account: Hex;
  readonly liquidator: Hex;
  readonly market: number;
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

/** Fine size of one lot is two to this. `LOT_FINE` of `contracts/clearing/book/Scale.sol`. */
export const LOT_BITS = 104n;

export function sizeOfFine(fine: bigint): Size {
  return { lots: Number(fine >> LOT_BITS), restFine: BigInt.asUintN(Number(LOT_BITS), fine) };
}

export function fineOfSize({ lots, restFine }: Size): bigint {
  return (BigInt(lots) << LOT_BITS) + restFine;
}
