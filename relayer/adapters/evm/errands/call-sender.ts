import type { Hex } from "../../../domain/hex.ts";
import type { Fees } from "../fee-book.ts";
import { readBlock } from "../read-blocks.ts";
import type { RpcPool, RpcSession } from "../rpc-pool.ts";
import { type OutgoingCall, createSubmitter } from "../submitter.ts";
import { DEFAULT_TX_SETTINGS, type TxSettings } from "../tx-settings.ts";
import { parseAnswer, Quantity } from "../wire.ts";

export interface CallSenderOptions {
  readonly chain: string;
  readonly chainId: number;
  readonly hub: Hex;
  readonly pool: RpcPool;
  /** Private key of the wallet that pays. */
  readonly walletKey: string;
  readonly settings?: TxSettings;
  readonly onReplaced?: (why: "stuck" | "freed") => void;
}

/**
 * Sends calls from one wallet by the same manager as directives: one nonce after the other, dearer when it is stuck,
 * within bounds of count, price and time, and freed when nobody waits for it any more.
 */
export interface CallSender {
  /** Lower case. */
  readonly address: Hex;
  /** What the next transaction would offer for one gas, read anew: an errand is judged by it. */
  fees(session: RpcSession): Promise<Fees>;
  send(call: OutgoingCall, signal: AbortSignal): Promise<Hex>;
  /** As `Submitter.hashesOf`. */
  hashesOf(txHash: Hex): readonly Hex[];
  /** As `Submitter.noteHead`: without it nothing that is stuck is seen to. */
  noteHead(baseFeePerGas: bigint | null, signal: AbortSignal): void;
}

export function createCallSender({ settings = DEFAULT_TX_SETTINGS, ...options }: CallSenderOptions): CallSender {
  // The reserve for halts is the other wallet's: from this one no halt is ever paid.
  const submitter = createSubmitter({ ...options, settings: { ...settings, gasReserveHalts: 0 } });
  return {
    address: submitter.address,
    async fees(session) {
      const [head, tip] = await Promise.all([
        readBlock(session, "latest"),
        session
          .call("eth_maxPriorityFeePerGas", [])
          .then((raw) => parseAnswer(Quantity, raw, "eth_maxPriorityFeePerGas")),
      ]);
      submitter.fees.noteBaseFee(head.baseFeePerGas ?? null);
      submitter.fees.noteTip(tip);
      return submitter.fees.fees();
    },
    send: (call, signal) => submitter.send(call, signal),
    hashesOf: (txHash) => submitter.hashesOf(txHash),
    noteHead: (baseFeePerGas, signal) => submitter.noteHead(baseFeePerGas, signal),
  };
}
