import type { Hex } from "../../domain/hex.ts";
import type { LoggedEvent } from "../../domain/incident/hub-event.ts";
import { RelayerError } from "../../errors.ts";
import type { BlockRange } from "../../ports/chain.ts";
import { mayContain } from "./bloom.ts";
import { decodeHubEvent } from "./decode-event.ts";
import { quantity, readBlock } from "./read-blocks.ts";
import { readLogList } from "./read-log.ts";
import type { RpcSession } from "./rpc-pool.ts";
import type { Block, Log } from "./wire.ts";

/**
 * The hub's events in `range`, in chain order, decoded.
 *
 * An answer is trusted only as far as the same node also has the last block of the range: one that lags answers an
 * empty list, not an error. Where that block's bloom filter speaks for logs of the hub and none came, it is asked again
 * for that block alone.
 *
 * @throws RelayerError `BLOCK_MISSING`, `BLOCK_REPLACED`, `EVENTS_MISSING` and what a request throws
 */
export async function readHubEvents(session: RpcSession, hub: Hex, range: BlockRange): Promise<readonly LoggedEvent[]> {
  const [last, logs] = await Promise.all([readBlock(session, range.to), readLogs(session, hub, range)]);
  const kept = logs.filter((log) => log.removed !== true);
  for (const log of kept) checkLog(log, { hub, range, last, host: session.host });
  if (!kept.some((log) => log.blockNumber === last.number)) await distrustEmpty(session, hub, last);

  kept.sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  return kept.flatMap((log) => {
    const event = decodeHubEvent(log);
    if (event === null) return [];
    const { blockNumber, blockHash, logIndex, transactionHash: txHash } = log;
    return [{ blockNumber, blockHash, logIndex, txHash, event }];
  });
}

/**
 * Providers bound the span of eth_getLogs, each in its own words, and change it. So any refusal of more than one block
 * halves the span, and what passed is remembered for this node.
 */
async function readLogs(session: RpcSession, hub: Hex, range: BlockRange): Promise<Log[]> {
  const logs: Log[] = [];
  const rangeBefore = session.memory.logRange;
  let from = range.from;
  while (from <= range.to) {
    const to = Math.min(range.to, from + session.memory.logRange - 1);
    try {
      logs.push(...(await requestLogs(session, { address: hub, fromBlock: quantity(from), toBlock: quantity(to) })));
      from = to + 1;
    } catch (error) {
      if (!(error instanceof RelayerError) || error.name !== "RPC_REFUSED") throw error;
      // One block is never too wide: where even that is refused, the span was not the reason and nothing was learned.
      session.memory.logRange = to > from ? Math.floor((to - from + 1) / 2) : rangeBefore;
      if (to === from) throw error;
    }
  }
  return logs;
}

async function requestLogs(session: RpcSession, filter: Readonly<Record<string, string>>): Promise<Log[]> {
  return readLogList(await session.call("eth_getLogs", [filter]));
}

interface Surroundings {
  readonly hub: Hex;
  readonly range: BlockRange;
  readonly last: Block;
  readonly host: string;
}

function checkLog(log: Log, { hub, range, last, host }: Surroundings): void {
  const isOutside = log.blockNumber < range.from || log.blockNumber > range.to;
  if (isOutside || log.address !== hub) {
    throw new RelayerError("RPC_MALFORMED", `${host} answered logs that were not asked for`, { host });
  }
  if (log.blockNumber === last.number && log.blockHash !== last.hash) {
    throw new RelayerError("BLOCK_REPLACED", `block ${last.number} changed while it was read`, {
      host,
      block: last.number,
    });
  }
}

/** A bloom filter may say yes where there is nothing, never no where there is something. */
async function distrustEmpty(session: RpcSession, hub: Hex, last: Block): Promise<void> {
  const bloom = last.logsBloom ?? null;
  if (bloom === null || !mayContain(bloom, hub)) return;
  const again = await requestLogs(session, { address: hub, blockHash: last.hash });
  if (again.length === 0) return;
  const facts = { host: session.host, block: last.number, logs: again.length };
  throw new RelayerError("EVENTS_MISSING", `${session.host} left logs of block ${last.number} out`, facts);
}
