import { DEFAULT_FEES, type FeeProfile } from "./fee-book.ts";
import type { FlightLimits } from "./flights.ts";

/** How transactions are sent on one chain. Names as in op-txmgr where it has them. */
export interface TxSettings extends FlightLimits, FeeProfile {
  /** How often the price of one transaction is raised. */
  readonly replacementsMax: number;
  /** How often one submission changes its nonce before it fails. The caller repeats it later. */
  readonly safeAbortNonceTooLowCount: number;
  /** Halts that what is in the wallet has to pay for before anything that can wait is paid from it. */
  readonly gasReserveHalts: number;
}

export const DEFAULT_TX_SETTINGS: TxSettings = {
  ...DEFAULT_FEES,
  resubmissionTimeoutMs: 20_000,
  notInMempoolTimeoutMs: 60_000,
  replacementsMax: 8,
  safeAbortNonceTooLowCount: 3,
  gasReserveHalts: 20,
};

/** A transaction is not replaced any more when it is as old as a directive may become; its nonce is only freed. */
export const REPLACED_FOR_MS = 600_000;
