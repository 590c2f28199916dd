import type { LoggedVenueEvent } from "../../domain/exposure/venue-event.ts";
import type { Hex } from "../../domain/hex.ts";
import type { LoggedEvent } from "../../domain/incident/hub-event.ts";
import { RelayerError } from "../../errors.ts";
import type { BlockRange } from "../../ports/chain.ts";
import { mayContain } from "./bloom.ts";
import { decodeHubEvent } from "./decode-event.ts";
import { decodeVenueEvent } from "./decode-venue-event.ts";
import { judgeWidth, narrow, notePass } from "./log-range.ts";
import { quantity, readBlock } from "./read-blocks.ts";
import { type Log, readLogList } from "./read-log.ts";
import type { RpcSession } from "./rpc-pool.ts";
import type { Block } from "./wire.ts";

/**
 * The hub's events in `range`, in chain order, decoded.
 *
 * @throws RelayerError as {@link readContractLogs}, and `RPC_MALFORMED` for an event that does not decode
 */
export async function readHubEvents(session: RpcSession, hub: Hex, range: BlockRange): Promise<readonly LoggedEvent[]> {
  return decodeHubEvents(await readContractLogs(session, hub, range));
}

/** Those logs that are events of the hub, decoded. */
export function decodeHubEvents(logs: readonly Log[]): readonly LoggedEvent[] {
  return logs.flatMap((log) => {
    const event = decodeHubEvent(log);
    if (event === null) return [];
    const { blockNumber, blockHash, logIndex, transactionHash: txHash } = log;
    return [{ blockNumber, blockHash, logIndex, txHash, event }];
  });
}

/** The same of a venue: those of its events that change open interest. */
export async function readVenueEvents(
  session: RpcSession,
  venue: Hex,
  range: BlockRange,
): Promise<readonly LoggedVenueEvent[]> {
  const events: LoggedVenueEvent[] = [];
  for (const log of await readContractLogs(session, venue, range)) {
    const event = decodeVenueEvent(log);
    const { blockNumber, blockHash, logIndex } = log;
    if (event !== null) events.push({ blockNumber, blockHash, logIndex, event });
  }
  return events;
}

/**
 * The logs of one contract in `range`, in chain order.
 *
 * An answer is trusted only as far as the same node also has the last block of the range: one that lags answers an
 * empty list, not an error. Where that block's bloom filter speaks for logs of the contract and none came, it is asked
 * again for that block alone.
 *
 * @throws RelayerError `BLOCK_MISSING`, `BLOCK_REPLACED`, `EVENTS_MISSING` and what a request throws
 */
async function readContractLogs(session: RpcSession, address: Hex, range: BlockRange): Promise<readonly Log[]> {
  const [last, logs] = await Promise.all([readBlock(session, range.to), readLogs(session, address, range)]);
  const kept = logs.filter(({ removed }) => !removed);
  for (const log of kept) checkLog(log, { address, range, last, host: session.host });
  if (!kept.some((log) => log.blockNumber === last.number)) await distrustEmpty(session, address, last);
  if (!kept.every((log, index) => isInOrder(kept[index - 1], log))) kept.sort(byPlace);
  return kept;
}

/** Providers bound the span of eth_getLogs, each in its own words, and change it: what passes is learned for each node. */
async function readLogs(session: RpcSession, address: Hex, range: BlockRange): Promise<Log[]> {
  const { logRange } = session.memory;
  const widthBefore = logRange.width;
  const logs: Log[][] = [];
  let from = range.from;
  while (from <= range.to) {
    const to = Math.min(range.to, from + logRange.width - 1);
    const blocks = to - from + 1;
    try {
      logs.push(await requestLogs(session, { address, fromBlock: quantity(from), toBlock: quantity(to) }));
      notePass(logRange, blocks);
      from = to + 1;
    } catch (error) {
      const verdict = judgeWidth(error, blocks);
      if (verdict !== "unrelated") narrow(logRange, blocks);
      // One block is never too wide: where even that is refused, the span was not the reason and nothing was learned.
      else if (blocks === 1) logRange.width = widthBefore;
      if (verdict !== "too-wide") throw error;
    }
  }
  return logs.flat();
}

export async function requestLogs(session: RpcSession, filter: Readonly<Record<string, string>>): Promise<Log[]> {
  return readLogList(await session.call("eth_getLogs", [filter]));
}

interface Surroundings {
  readonly address: Hex;
  readonly range: BlockRange;
  readonly last: Block;
  readonly host: string;
}

function checkLog(log: Log, { address, range, last, host }: Surroundings): void {
  const isOutside = log.blockNumber < range.from || log.blockNumber > range.to;
  if (isOutside || log.address !== address) {
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
async function distrustEmpty(session: RpcSession, address: Hex, last: Block): Promise<void> {
  const bloom = last.logsBloom ?? null;
  if (bloom === null || !mayContain(bloom, address)) return;
  const again = await requestLogs(session, { address, blockHash: last.hash });
  if (again.length === 0) return;
  const facts = { host: session.host, block: last.number, logs: again.length };
  throw new RelayerError("EVENTS_MISSING", `${session.host} left logs of block ${last.number} out`, facts);
}

function byPlace(a: Log, b: Log): number {
  return a.blockNumber - b.blockNumber || a.logIndex - b.logIndex;
}

function isInOrder(previous: Log | undefined, log: Log): boolean {
  return previous === undefined || byPlace(previous, log) < 0;
}
