import type { Errand } from "../domain/errand/errand.ts";
import type { Asserted, HubFacts } from "../domain/errand/chores.ts";
import type { Quote } from "../domain/errand/judge.ts";
import type { Hex } from "../domain/hex.ts";
import type { Rungs } from "../domain/incident/rungs.ts";
import type { TransactionReceipt } from "./chain.ts";

/** An errand as it would go if it were sent now. */
export interface Tried {
  /** What it returns, where that is rungs. */
  readonly rungs: Rungs | null;
  /** What the errand's sensor asserted last; null where it has none. */
  readonly last: Asserted | null;
  readonly quote: Quote;
}

/**
 * What anybody may do on one chain, done from a wallet of its own: nothing that is done here stands before a halt in a
 * line of nonces. Implemented by `adapters/evm/errands`.
 *
 * Every method rejects with a `RelayerError` and within a bounded time, as those of `Chain` do.
 */
export interface Errands {
  /** The wallet that pays, lower case. */
  readonly wallet: Hex;

  /** The hub at the head, and what the wallet holds. */
  look(signal: AbortSignal): Promise<{ readonly hub: HubFacts; readonly time: number; readonly balanceWei: bigint }>;

  /** Tries `errand` without sending it. Null when it would revert: somebody was faster, or it is not due. */
  attempt(errand: Errand, signal: AbortSignal): Promise<Tried | null>;

  /**
   * Hands the transaction to the chain, with the gas of `quote`, by way of the keeper treasury where that pays. Resolves
   * when a node has taken it.
   */
  send(errand: Errand, quote: Quote, signal: AbortSignal): Promise<{ readonly txHash: Hex }>;

  /** The receipt, or null while there is none. */
  receipt(txHash: Hex, signal: AbortSignal): Promise<TransactionReceipt | null>;
}
