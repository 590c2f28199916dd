import type { Hex } from "../hex.ts";
import type { Size } from "./fine.ts";

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

/** The vault of a fund paid in or was paid out: positive is in. */
export interface FundPaid {
  readonly kind: "fund-paid";
  readonly market: number;
  readonly units: bigint;
}

export interface InsuranceMoved {
  readonly kind: "insurance-moved";
  /** From this fund. */
  readonly market: number;
  readonly to: number;
  readonly units: bigint;
}

/** Given back of the fees of a fill. */
export interface Rebated {
  readonly kind: "rebated";
  readonly account: Hex;
  readonly units: bigint;
}

/** Paid out of a fund to whoever closed a bankrupt position. */
export interface KeeperRewarded {
  readonly kind: "keeper-rewarded";
  readonly market: number;
  readonly keeper: Hex;
  readonly units: bigint;
}

/** One side of a fill. Bought positive. */
export interface Traded extends Size {
  readonly kind: "traded";
  readonly account: Hex;
  readonly market: number;
  readonly priceX32: bigint;
  /** Realised, the fee taken off. */
  readonly cashFine: bigint;
  readonly feeUnits: bigint;
}

/** Part of a position was taken over: so much was traded for `account`, and the opposite for `liquidator`. */
export interface Liquidated extends Size {
  readonly kind: "liquidated";
  readonly account: Hex;
  readonly market: number;
  readonly liquidator: Hex;
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

/** Before a default: positions in halted markets, one bit each, pass to an account that nobody has a key of. */
export interface EstateFormed {
  readonly kind: "estate-formed";
  readonly account: Hex;
  readonly estate: Hex;
  readonly markets: number;
  readonly cashFine: bigint;
}

/** The end of an estate's default: it may have something left. */
export interface EstateClosed {
  readonly kind: "estate-closed";
  readonly estate: Hex;
  readonly cashFine: bigint;
}

/** What an estate had left is the shared fund's. */
export interface EstateSwept {
  readonly kind: "estate-swept";
  readonly estate: Hex;
  readonly fine: bigint;
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

/** So much of a nominee's position was closed against a defaulter's, and so much taken for it. */
export interface RankedTaken {
  readonly kind: "ranked-taken";
  readonly market: number;
  readonly account: Hex;
  readonly sizeFine: bigint;
  /** The mark less what was taken for each unit of size, rounded down. */
  readonly priceX32: bigint;
  readonly takenFine: bigint;
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

/** The market trades no longer, and has one price. */
export interface MarketClosed {
  readonly kind: "market-closed";
  readonly market: number;
  readonly priceX32: bigint;
}

/** A position in a closed market was: a debtor has paid, or a claim was registered. */
export interface PositionSettled {
  readonly kind: "position-settled";
  readonly account: Hex;
  readonly market: number;
  readonly cashFine: bigint;
  readonly quanta: bigint;
}

/** What a bankrupt account could not pay in a closed market. */
export interface SettlementDeficit {
  readonly kind: "settlement-deficit";
  readonly market: number;
  readonly fine: bigint;
}

/** The conclusion of a wind-down begins: the fund takes what did not divide, or it is missing. */
export interface DustSwept {
  readonly kind: "dust-swept";
  readonly market: number;
  readonly cashFine: bigint;
}

export interface SettlementConcluded {
  readonly kind: "settlement-concluded";
  readonly market: number;
  readonly claimsFine: bigint;
  readonly payableFine: bigint;
  readonly uncoveredFine: bigint;
}

export interface ClaimPaid {
  readonly kind: "claim-paid";
  readonly account: Hex;
  readonly market: number;
  readonly fine: bigint;
}

export type VenueEvent =
  | MarketListed
  | MarketSet
  | Deposited
  | Withdrawn
  | Contributed
  | FundPaid
  | InsuranceMoved
  | Rebated
  | KeeperRewarded
  | Traded
  | Liquidated
  | Settled
  | Defaulted
  | EstateFormed
  | EstateClosed
  | EstateSwept
  | FundDrawn
  | TornUp
  | RankedTaken
  | LossSocialised
  | ShortfallRepaid
  | FundingAccrued
  | MarketClosed
  | PositionSettled
  | SettlementDeficit
  | DustSwept
  | SettlementConcluded
  | ClaimPaid;
