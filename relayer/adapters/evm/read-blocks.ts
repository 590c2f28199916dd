import type { BlockRef } from "../../domain/world/block.ts";
import { RelayerError } from "../../errors.ts";
import type { RpcSession } from "./rpc-pool.ts";
import { Block, Count, parseAnswer } from "./wire.ts";

/** When a block is beyond doubt: when the node says so, or when so many blocks stand on it. */
export type Finality = { readonly tag: "finalized" | "safe" } | { readonly depth: number };

/** @throws RelayerError `BLOCK_MISSING`: a null block is never an empty one */
export async function readBlock(session: RpcSession, at: number | "latest" | "finalized" | "safe"): Promise<Block> {
  const raw = await session.call("eth_getBlockByNumber", [typeof at === "number" ? quantity(at) : at, false]);
  if (raw === null) {
    throw new RelayerError("BLOCK_MISSING", `${session.host} does not have block ${at}`, {
      host: session.host,
      block: at,
    });
  }
  const block = parseAnswer(Block, raw, "eth_getBlockByNumber");
  if (typeof at === "number" && block.number !== at) {
    throw new RelayerError("RPC_MALFORMED", `${session.host} answered another block than asked for`, { asked: at });
  }
  return block;
}

export async function readBlockNumber(session: RpcSession): Promise<number> {
  return parseAnswer(Count, await session.call("eth_blockNumber", []), "eth_blockNumber");
}

export function blockRefOf({ number, hash, parentHash, timestamp }: Block): BlockRef {
  return { number, hash, parentHash, timestamp };
}

/** A number as JSON-RPC writes it. */
export function quantity(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
