import type { Eid } from "../domain/eid.ts";
import type { Hex } from "../domain/hex.ts";

/** What the wallet has on one chain, and what a halt costs there now. */
export interface Funds {
  readonly wallet: Hex;
  readonly balanceWei: bigint;
  /** The most that one halt may cost: its gas limit at the fee that would be offered. */
  readonly haltCostWei: bigint;
  /** Transactions of the wallet that are mined, and those that a node knows of. */
  readonly minedNonce: number;
  readonly pendingNonce: number;
}

/** Reads the wallet's funds on one chain. Implemented by `adapters/evm` and, in tests, by a fake. */
export interface FundsReader {
  readonly eid: Eid;
  readonly name: string;
  /** @throws RelayerError `retry` when the node fails */
  read(signal: AbortSignal): Promise<Funds>;
}
