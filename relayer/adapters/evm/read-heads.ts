import type { Hex } from "../../domain/hex.ts";
import type { LoggedEvent } from "../../domain/incident/hub-event.ts";
import type { Heads } from "../../ports/chain.ts";
import { batched } from "./batched.ts";
import { mayContain } from "./bloom.ts";
import { blockRefOf, type Finality, quantity, readBlock } from "./read-blocks.ts";
import { decodeHubEvents, requestLogs } from "./read-events.ts";
import type { Log } from "./read-log.ts";
import type { RpcSession } from "./rpc-pool.ts";
import type { Block } from "./wire.ts";

/** The heads, and what the latest one costs. */
export interface HeadBlocks {
  readonly heads: Heads;
  /** Null on a chain without EIP-1559. */
  readonly baseFeePerGas: bigint | null;
}

export interface HeadsOptions {
  readonly finality: Finality;
  readonly hub: Hex;
  /** The block that is likely to be the head; undefined where none is. */
  readonly next?: number | undefined;
}

/**
 * The heads, and in the same round trip the hub's events in block `next`, asked for before it is known whether there is
 * such a block. They are told only where they prove to be all of it. A second round trip is needed where finality is a
 * depth and `next` is not the head.
 */
export async function readHeadsAndEvents(
  session: RpcSession,
  { finality, hub, next }: HeadsOptions,
): Promise<HeadBlocks> {
  const once = batched(session);
  const [{ latest, finalised }, logs] = await Promise.all([
    readHeads(once, finality, next),
    next === undefined ? null : foretellLogs(once, hub, next),
  ]);
  const events = logs === null || latest.number !== next ? null : proveEvents(logs, hub, latest);
  const heads = { latest: blockRefOf(latest), finalised: blockRefOf(finalised) };
  return { heads: events === null ? heads : { ...heads, events }, baseFeePerGas: latest.baseFeePerGas ?? null };
}

/** `finalised` is never ahead of `latest`. */
interface TwoBlocks {
  readonly latest: Block;
  readonly finalised: Block;
}

async function readHeads(session: RpcSession, finality: Finality, next?: number): Promise<TwoBlocks> {
  if ("tag" in finality) {
    const [latest, finalised] = await Promise.all([readBlock(session, "latest"), readBlock(session, finality.tag)]);
    // The two were asked for at the same time, so finality may have overtaken the head that was read.
    return { latest, finalised: finalised.number > latest.number ? latest : finalised };
  }
  const below = (head: number) => readBlock(session, Math.max(head - finality.depth, 0));
  const [latest, guessed] = await Promise.all([
    readBlock(session, "latest"),
    next === undefined ? null : below(next).catch(() => null),
  ]);
  const isRight = latest.number === next && guessed !== null;
  return { latest, finalised: isRight ? guessed : await below(latest.number) };
}

/** Null for whatever is wrong with the answer: when the head is known, the events are asked for once more. */
async function foretellLogs(session: RpcSession, hub: Hex, next: number): Promise<readonly Log[] | null> {
  const filter = { address: hub, fromBlock: quantity(next), toBlock: quantity(next) };
  return requestLogs(session, filter).catch(() => null);
}

/** The events of `head`, if every log stands in it and where there is none its bloom filter has none either; else null. */
function proveEvents(logs: readonly Log[], hub: Hex, head: Block): readonly LoggedEvent[] | null {
  const bloom = head.logsBloom ?? null;
  const isWhole = logs.length > 0 || (bloom !== null && !mayContain(bloom, hub));
  const isThere = ({ blockHash, address, removed }: Log) => blockHash === head.hash && address === hub && !removed;
  if (!isWhole || !logs.every(isThere)) return null;
  try {
    return decodeHubEvents(logs.toSorted((a, b) => a.logIndex - b.logIndex));
  } catch {
    return null;
  }
}
