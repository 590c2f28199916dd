import type { Hex } from "../../domain/hex.ts";
import type { LoggedEvent } from "../../domain/incident/hub-event.ts";
import { RelayerError } from "../../errors.ts";
import type { BlockRange } from "../../ports/chain.ts";
import { mayContain } from "./bloom.ts";
import { decodeHubEvent } from "./decode-event.ts";
import { readInSpans } from "./log-range.ts";
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

async function readLogs(session: RpcSession, address: Hex, range: BlockRange): Promise<Log[]> {
  const spans = await readInSpans(session.memory.logRange, range, ({ from, to }) =>
    requestLogs(session, { address, fromBlock: quantity(from), toBlock: quantity(to) }),
  );
  return spans.flat();
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
export async function distrustEmpty(session: RpcSession, address: Hex, last: Block): Promise<void> {
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
