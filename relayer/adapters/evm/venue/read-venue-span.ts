import type { Hex } from "../../../domain/hex.ts";
import type { VenueBlock } from "../../../domain/venue/reduce-venue.ts";
import type { VenueEvent } from "../../../domain/venue/venue-event.ts";
import { RelayerError } from "../../../errors.ts";
import type { BlockRange } from "../../../ports/chain.ts";
import type { VenueSpan } from "../../../ports/venue.ts";
import { readInSpans } from "../log-range.ts";
import { blockRefOf, quantity, readBlock } from "../read-blocks.ts";
import { distrustEmpty } from "../read-events.ts";
import { readLogList } from "../read-log.ts";
import type { RpcSession } from "../rpc-pool.ts";
import type { Block } from "../wire.ts";
import { decodeVenueEvent } from "./decode-venue-event.ts";
import { isRepeated, isText, textOf } from "./digits.ts";
import type { LogPlaces } from "./log-layout.ts";
import { scanLogs } from "./scan-logs.ts";

/**
 * The venue's events in `range` by block, and how the range hangs together with the chain: all from one node.
 *
 * An answer is trusted only as far as the same node also has the last block of the range: one that lags answers an empty
 * list, not an error. Where that block's bloom filter speaks for logs of the venue and none came, it is asked again.
 *
 * @throws RelayerError `BLOCK_MISSING`, `BLOCK_REPLACED`, `EVENTS_MISSING`, `RPC_MALFORMED` and what a request throws
 */
export async function readVenueSpan(session: RpcSession, venue: Hex, range: BlockRange): Promise<VenueSpan> {
  const [first, last, parts] = await Promise.all([
    range.from === range.to ? null : readBlock(session, range.from),
    readBlock(session, range.to),
    readInSpans(session.memory.logRange, range, (span) => readPart(session, venue, span)),
  ]);
  const blocks = parts.flat();
  checkLast(blocks, last, session.host);
  if (blocks.at(-1)?.number !== last.number) await distrustEmpty(session, venue, last);
  return { parentHash: (first ?? last).parentHash, last: blockRefOf(last), blocks };
}

function checkLast(blocks: readonly VenueBlock[], last: Block, host: string): void {
  const block = blocks.at(-1);
  if (block?.number !== last.number || block.hash === last.hash) return;
  const facts = { host, block: last.number };
  throw new RelayerError("BLOCK_REPLACED", `block ${last.number} changed while it was read`, facts);
}

async function readPart(session: RpcSession, venue: Hex, span: BlockRange): Promise<readonly VenueBlock[]> {
  const filter = { address: venue, fromBlock: quantity(span.from), toBlock: quantity(span.to) };
  const asked = { venue: textOf(venue.slice(2)), span, host: session.host };
  let read: readonly VenueBlock[] | null = null;
  const answer = await session.call("eth_getLogs", [filter], (bytes) => (read = collectQuickly(bytes, asked)));
  return read ?? collectSlowly(answer, asked);
}

interface Asked {
  /** The address, as digits. */
  readonly venue: Int32Array;
  readonly span: BlockRange;
  readonly host: string;
}

/** Null when the answer is to be read the ordinary way: which then says what is wrong with it, if something is. */
function collectQuickly(answer: Uint8Array, asked: Asked): readonly VenueBlock[] | null {
  try {
    return collect(answer, asked);
  } catch (error) {
    if (RelayerError.from(error).name === "RPC_MALFORMED") return null;
    throw error;
  }
}

/** The ordinary way: checked, put in order, and written again as it is read above, in lower case. */
function collectSlowly(answer: unknown, asked: Asked): readonly VenueBlock[] {
  const logs = readLogList(answer);
  logs.sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
  const result = logs.map(({ address, topics, data, blockNumber, blockHash, logIndex, removed }) => {
    const place = { blockNumber: quantity(blockNumber), logIndex: quantity(logIndex) };
    const said = { topics: topics.map((topic) => topic.toLowerCase()), data: data.toLowerCase() };
    return { address, ...said, blockHash, removed, ...place };
  });
  const blocks = collect(Buffer.from(JSON.stringify({ result })), asked);
  if (blocks !== null) return blocks;
  throw new RelayerError("RPC_MALFORMED", `${asked.host} answered logs that cannot be`, { host: asked.host });
}

interface Found {
  readonly blocks: FoundBlock[];
  /** Of the last log. */
  logIndex: number;
  addressAt: number;
  isInOrder: boolean;
}

interface FoundBlock extends VenueBlock {
  readonly events: VenueEvent[];
  /** Where its hash stands. */
  readonly hashAt: number;
}

/** Null when the answer is not in order, or not as it is read here. */
function collect(answer: Uint8Array, asked: Asked): readonly VenueBlock[] | null {
  const found: Found = { blocks: [], logIndex: -1, addressAt: -1, isInOrder: true };
  return scanLogs(answer, (log) => take(found, log, asked)) && found.isInOrder ? found.blocks : null;
}

function take(found: Found, log: LogPlaces, asked: Asked): void {
  if (log.isRemoved) return;
  const isAsked = log.blockNumber >= asked.span.from && log.blockNumber <= asked.span.to;
  // Neighbours share the place of their address: what was looked at once is not looked at again.
  const isVenue = log.address === found.addressAt || isText(log.view, log.address, asked.venue);
  found.addressAt = log.address;
  if (!isAsked || !isVenue) {
    const { host } = asked;
    throw new RelayerError("RPC_MALFORMED", `${host} answered logs that were not asked for`, { host });
  }
  const block = blockOf(found, log);
  const event = decodeVenueEvent(log);
  if (event !== null) block.events.push(event);
}

/** The block that the log stands in; begun when it is the first of it. */
function blockOf(found: Found, log: LogPlaces): FoundBlock {
  const last = found.blocks.at(-1);
  const isSameBlock = last?.number === log.blockNumber;
  if (last !== undefined && log.blockNumber < last.number) found.isInOrder = false;
  if (isSameBlock && log.logIndex <= found.logIndex) found.isInOrder = false;
  found.logIndex = log.logIndex;
  if (last === undefined || !isSameBlock) {
    const begun = { number: log.blockNumber, hash: hashAt(log), events: [], hashAt: log.blockHash };
    found.blocks.push(begun);
    return begun;
  }
  if (log.blockHash === last.hashAt || isRepeated(log.view, log.blockHash, last.hashAt, WORD_DIGITS)) return last;
  const facts = { block: log.blockNumber };
  throw new RelayerError("BLOCK_REPLACED", `block ${log.blockNumber} changed while it was read`, facts);
}

const WORD_DIGITS = 64;

function hashAt({ view, blockHash }: LogPlaces): Hex {
  return `0x${Buffer.from(view.buffer, view.byteOffset + blockHash, WORD_DIGITS).toString("latin1")}`;
}
