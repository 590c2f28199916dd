import type { AccountSender } from "../../chains/account-sender.ts";
import type { LocalChain } from "../../chains/start-chain.ts";
import type { LayerZeroStack } from "../wire-layerzero.ts";

/** A chain as the workers see it: each worker has an account of its own there. */
export interface WorkerChain {
  readonly chain: LocalChain;
  readonly layerzero: LayerZeroStack;
  readonly senders: { readonly dvn1: AccountSender; readonly dvn2: AccountSender; readonly executor: AccountSender };
}

/** Chains by endpoint id. */
export type WorkerChains = ReadonlyMap<number, WorkerChain>;
