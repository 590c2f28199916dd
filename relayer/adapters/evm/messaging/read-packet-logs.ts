import { z } from "zod";

import type { Hex } from "../../../domain/hex.ts";
import type { LoggedPacketEvent } from "../../../domain/packet/packet.ts";
import type { BlockRef } from "../../../domain/world/block.ts";
import { RelayerError } from "../../../errors.ts";
import type { BlockRange } from "../../../ports/chain.ts";
import { quantity, readBlock } from "../read-blocks.ts";
import type { RpcSession } from "../rpc-pool.ts";
import { Log, parseAnswer } from "../wire.ts";
import { decodePacketEvent } from "./decode-packet.ts";
import { messagingInterface } from "./messaging-abi.ts";

const Logs = z.array(Log);

const TOPICS = messagingInterface.fragments.flatMap((fragment) => {
  return fragment.type === "event" ? [messagingInterface.getEvent(fragment.format("sighash"))?.topicHash ?? ""] : [];
});

export interface PacketLogRead {
  readonly addresses: readonly Hex[];
  readonly range: BlockRange;
  /** The block at the end of the range: what is read counts only while it is in the chain. */
  readonly last: BlockRef;
  readonly eid: number;
  readonly maxLogRange: number;
}

/**
 * Packet events of some contracts in `range`, in chain order.
 *
 * None of LayerZero's events is indexed by receiver, so a node sends those of all applications of the chain, and what is
 * not ours is dropped afterwards.
 *
 * @throws RelayerError `BLOCK_REPLACED` and what a request throws
 */
export async function readPacketLogs(
  session: RpcSession,
  { addresses, range, last, eid, maxLogRange }: PacketLogRead,
): Promise<readonly LoggedPacketEvent[]> {
  const [end, logs] = await Promise.all([
    readBlock(session, last.number),
    readInSpans(session, { addresses, range, span: maxLogRange }),
  ]);
  const isReplaced =
    end.hash !== last.hash || logs.some((log) => log.blockNumber === last.number && log.blockHash !== last.hash);
  if (isReplaced) {
    throw new RelayerError("BLOCK_REPLACED", `block ${last.number} changed while it was read`, { block: last.number });
  }
  const isInside = ({ blockNumber }: Log): boolean => blockNumber >= range.from && blockNumber <= range.to;
  const kept = logs.filter((log) => log.removed !== true && isInside(log) && addresses.includes(log.address));
  kept.sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  return kept.flatMap((log) => {
    const event = decodePacketEvent(log, eid);
    return event === null ? [] : [{ blockNumber: log.blockNumber, logIndex: log.logIndex, event }];
  });
}

/** Any refusal of more than one block halves the span: providers bound it, each in its own words. */
async function readInSpans(
  session: RpcSession,
  { addresses, range, span }: { addresses: readonly Hex[]; range: BlockRange; span: number },
): Promise<Log[]> {
  const logs: Log[] = [];
  let [from, width] = [range.from, span];
  while (from <= range.to) {
    const to = Math.min(range.to, from + width - 1);
    try {
      const filter = { address: addresses, topics: [TOPICS], fromBlock: quantity(from), toBlock: quantity(to) };
      logs.push(...parseAnswer(Logs, await session.call("eth_getLogs", [filter]), "eth_getLogs"));
      from = to + 1;
    } catch (error) {
      const isTooWide = error instanceof RelayerError && error.name === "RPC_REFUSED" && to > from;
      if (!isTooWide) throw error;
      width = Math.floor((to - from + 1) / 2);
    }
  }
  return logs;
}
