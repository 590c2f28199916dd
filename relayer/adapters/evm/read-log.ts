import type { Hex } from "../../domain/hex.ts";
import { RelayerError } from "../../errors.ts";

/** A log as nodes give it. Where it stands is checked; topics and data are whatever they are until they are decoded. */
export interface Log {
  readonly address: Hex;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly logIndex: number;
  readonly transactionHash: Hex;
  readonly removed: boolean;
}

const COUNT = /^0x[0-9a-fA-F]{1,64}$/;
const HASH = /^0x[0-9a-fA-F]{64}$/;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
/** A range of blocks may hold many of them; a node that sends more is wrong. */
const LOGS_MAX = 1_000_000;

/**
 * The logs in an answer of eth_getLogs, placed where they stand. By hand and not by a schema, because catching up is
 * mostly this: neighbours share address, block and transaction, so what was checked once is not checked again.
 *
 * @throws RelayerError `RPC_MALFORMED`
 */
export function readLogList(raw: unknown): Log[] {
  if (!Array.isArray(raw) || raw.length > LOGS_MAX) throw malformed("");
  const address = createReader(ADDRESS, "address", lower);
  const blockHash = createReader(HASH, "blockHash", lower);
  const transactionHash = createReader(HASH, "transactionHash", lower);
  const blockNumber = createReader(COUNT, "blockNumber", count);
  const logIndex = createReader(COUNT, "logIndex", count);
  const logs: Log[] = [];
  for (const log of raw as unknown[]) {
    if (typeof log !== "object" || log === null) throw malformed("log");
    const fields = log as Readonly<Record<keyof Log, unknown>>;
    logs.push({
      address: address(fields.address),
      topics: topicsOf(fields.topics),
      data: dataOf(fields.data),
      blockNumber: blockNumber(fields.blockNumber),
      blockHash: blockHash(fields.blockHash),
      logIndex: logIndex(fields.logIndex),
      transactionHash: transactionHash(fields.transactionHash),
      removed: flag(fields.removed),
    });
  }
  return logs;
}

/** Reads a field, and remembers the last one. */
function createReader<T>(shape: RegExp, field: string, read: (text: string, field: string) => T): (raw: unknown) => T {
  let last: { readonly raw: string; readonly value: T } | null = null;
  return (raw) => {
    if (last !== null && raw === last.raw) return last.value;
    if (typeof raw !== "string" || !shape.test(raw)) throw malformed(field);
    last = { raw, value: read(raw, field) };
    return last.value;
  };
}

function lower(text: string): Hex {
  return text.toLowerCase() as Hex;
}

function count(text: string, field: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw malformed(field);
}

function topicsOf(raw: unknown): readonly string[] {
  if (!Array.isArray(raw) || raw.length === 0) throw malformed("topics");
  for (const topic of raw as unknown[]) if (typeof topic !== "string" || topic.length !== 66) throw malformed("topics");
  return raw as readonly string[];
}

function dataOf(raw: unknown): string {
  if (typeof raw === "string" && raw.startsWith("0x") && raw.length % 2 === 0) return raw;
  throw malformed("data");
}

function flag(raw: unknown): boolean {
  if (raw === undefined || typeof raw === "boolean") return raw === true;
  throw malformed("removed");
}

function malformed(fields: string): RelayerError {
  const text = "the answer to eth_getLogs has another shape than expected";
  return new RelayerError("RPC_MALFORMED", text, { method: "eth_getLogs", fields });
}
