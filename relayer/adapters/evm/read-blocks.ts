import type { BlockRef } from "../../domain/world/block.ts";
import { RelayerError } from "../../errors.ts";
import type { Heads } from "../../ports/chain.ts";
import type { RpcSession } from "./rpc-pool.ts";
import { Block, Count, parseAnswer } from "./wire.ts";

/** When a block is beyond doubt: when the node says so, or when so many blocks stand on it. */
export type Finality = { readonly tag: "finalized" | "safe" } | { readonly depth: number };

/** The two heads, and what the latest one costs. */
export interface HeadBlocks extends Heads {
  /** Null on a chain without EIP-1559. */
  readonly baseFeePerGas: bigint | null;
}

export async function readHeads(session: RpcSession, finality: Finality): Promise<HeadBlocks> {
  if ("tag" in finality) {
    const [latest, finalised] = await Promise.all([readBlock(session, "latest"), readBlock(session, finality.tag)]);
    return headsOf(latest, finalised);
  }
  const latest = await readBlock(session, "latest");
  const finalised = await readBlock(session, Math.max(latest.number - finality.depth, 0));
  return headsOf(latest, finalised);
}

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

/** The two were asked for at the same time, so finality may have overtaken the head that was read. */
function headsOf(latest: Block, finalised: Block): HeadBlocks {
  const bounded = finalised.number > latest.number ? latest : finalised;
  return {
    latest: blockRefOf(latest),
    finalised: blockRefOf(bounded),
    baseFeePerGas: latest.baseFeePerGas ?? null,
  };
}
