import { computeAddress } from "ethers";

import type { Eid } from "../../domain/eid.ts";
import type { Hex } from "../../domain/hex.ts";
import type { FundsReader } from "../../ports/funds.ts";
import { createFeeBook } from "./fee-book.ts";
import { submitGasLimit } from "./gas-limit.ts";
import { createHttpNode, type RpcNode } from "./http-node.ts";
import { readBlock } from "./read-blocks.ts";
import { type Expected, verifyNode } from "./read-hub.ts";
import { createRpcPool } from "./rpc-pool.ts";
import { Count, parseAnswer, Quantity } from "./wire.ts";

/** What a halt is reckoned as: one market, the signatures of a quorum of two. */
const HALT_ENTRIES = 1;
const HALT_SIGNATURES = 2;

export interface EvmFundsOptions extends Expected {
  readonly name: string;
  readonly eid: Eid;
  readonly maxLogRange: number;
  readonly rpcUrls: readonly string[];
  readonly walletKey: string;
  /** Instead of HTTP: for tests against an in-process chain. */
  readonly createNode?: (url: string) => RpcNode;
}

/** A `FundsReader` on JSON-RPC nodes. */
export function createEvmFunds(options: EvmFundsOptions): FundsReader & { close(): Promise<void> } {
  const { name, eid } = options;
  const wallet = computeAddress(options.walletKey).toLowerCase() as Hex;
  const createNode = options.createNode ?? createHttpNode;
  const pool = createRpcPool({
    nodes: options.rpcUrls.map((url) => createNode(url)),
    maxLogRange: options.maxLogRange,
    verify: (session) => verifyNode(session, options),
  });
  return {
    name,
    eid,
    read: (signal) =>
      pool.run(async (session) => {
        const ask = async (method: string, params: readonly unknown[]) => session.call(method, params);
        const [balance, mined, pending, head] = await Promise.all([
          ask("eth_getBalance", [wallet, "latest"]),
          ask("eth_getTransactionCount", [wallet, "latest"]),
          ask("eth_getTransactionCount", [wallet, "pending"]),
          readBlock(session, "latest"),
        ]);
        const fees = createFeeBook(name);
        fees.noteBaseFee(head.baseFeePerGas ?? parseAnswer(Quantity, await ask("eth_gasPrice", []), "eth_gasPrice"));
        const gas = BigInt(submitGasLimit(HALT_ENTRIES, HALT_SIGNATURES));
        return {
          wallet,
          balanceWei: parseAnswer(Quantity, balance, "eth_getBalance"),
          haltCostWei: gas * fees.fees().maxFeePerGas,
          minedNonce: parseAnswer(Count, mined, "eth_getTransactionCount"),
          pendingNonce: parseAnswer(Count, pending, "eth_getTransactionCount"),
        };
      }, signal),
    close() {
      pool.close();
      return Promise.resolve();
    },
  };
}
