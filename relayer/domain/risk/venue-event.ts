import type { Hex } from "../hex.ts";

/*
 * What a clearing house says, as far as positions, funds and prices follow from it (docs/clearing.md, "From events
 * alone"). Accounts are lower-case addresses; amounts are units or fine, as their names say.
 */

export interface MarketListed {
  readonly kind: "market-listed";
  readonly market: number;
  readonly firstOctave: number;
}

export interface MarketSet {
  readonly kind: "market-set";
  readonly market: number;
  readonly assetClass: number;
  readonly fundSharePpm: number;
}

export interface Deposited {
  readonly kind: "deposited";
  readonly account: Hex;
  readonly units: bigint;
}

export interface Withdrawn {
  readonly kind: "withdrawn";
  readonly account: Hex;
  readonly units: bigint;
}

export interface Contributed {
  readonly kind: "contributed";
  readonly market: number;
  readonly units: bigint;
}

export interface Traded {
  readonly kind: "traded";
  readonly account: Hex;
  readonly market: number;
  /** Bought positive. */
  readonly sizeFine: bigint;
  readonly priceX32: bigint;
  /** Realised, the fee taken off. */
  readonly cashFine: bigint;
  readonly feeUnits: bigint;
}

export interface Liquidated {
  readonly kind: "liquidated";
  readonly account: Hex;
  readonly market: number;
  readonly liquidator: Hex;
  /** Bought positive, as the account's. */
  readonly sizeFine: bigint;
  readonly priceX32: bigint;
  readonly feeUnits: bigint;
}

export interface Settled {
  readonly kind: "settled";
  readonly account: Hex;
  readonly market: number;
  readonly cashFine: bigint;
  readonly sizeFine: bigint;
  readonly seen: number;
}

export interface Defaulted {
  readonly kind: "defaulted";
  readonly account: Hex;
  readonly deficitFine: bigint;
}

export interface FundDrawn {
  readonly kind: "fund-drawn";
  readonly market: number;
  readonly isShared: boolean;
  readonly fine: bigint;
}

export interface TornUp {
  readonly kind: "torn-up";
  readonly market: number;
  readonly isLongSide: boolean;
  readonly number: number;
  readonly mark: bigint;
  readonly indexBefore: bigint;
  readonly indexAfter: bigint;
  readonly cut: bigint;
}

export interface LossSocialised {
  readonly kind: "loss-socialised";
  readonly market: number;
  readonly takenFine: bigint;
  readonly uncoveredFine: bigint;
}

export interface ShortfallRepaid {
  readonly kind: "shortfall-repaid";
  readonly market: number;
  readonly fine: bigint;
}

export interface FundingAccrued {
  readonly kind: "funding-accrued";
  readonly market: number;
  /** Sum since the beginning, as a price with 32 binary places. */
  readonly funding: bigint;
}

export type VenueEvent =
  | MarketListed
  | MarketSet
  | Deposited
  | Withdrawn
  | Contributed
  | Traded
  | Liquidated
  | Settled
  | Defaulted
  | FundDrawn
  | TornUp
  | LossSocialised
  | ShortfallRepaid
  | FundingAccrued;

/** A venue's event and where it stands. */
export interface LoggedVenueEvent {
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly event: VenueEvent;
}
