import { type Hex, hexOfInteger, joinHex, lengthOfHex, sliceHex } from "../hex.ts";
import type { Entry } from "./entry.ts";
import { MARKETS } from "./posture.ts";
import { word } from "./word.ts";

/*
 * The one payload of both paths. Mirrors `contracts/libraries/PayloadLib.sol`; `test/vectors/payload.json` binds the
 * two. Entries: 33 bytes each, market (1) then word (32). Message: version (1), flags (1), sequence number (8), in a
 * heartbeat the sender's configuration hash (32), then entries.
 */

export const PAYLOAD_VERSION = 2;
const FLAG_HEARTBEAT = 1;
const HEADER_BYTES = 10;
const HEARTBEAT_HEADER_BYTES = 42;
const ENTRY_BYTES = 33;

export interface Message {
  /** The sending hub's configuration hash, which only a heartbeat carries; else null. */
  readonly configHash: Hex | null;
  /** Sequence number of the sending hub. */
  readonly seq: bigint;
  readonly entries: readonly Entry[];
}

/** Why bytes are not entries, or not a message: the two refusals of a whole message that a hub knows. */
export type PayloadFault = "unknown-version" | "bad-length";

/** Packs `entries` in their order. */
export function packEntries(entries: readonly Entry[]): Hex {
  return joinHex(entries.flatMap(({ market, word: of }) => [hexOfInteger(BigInt(market), 1), hexOfInteger(of, 32)]));
}

/** Reads packed entries, or null when the length is no multiple of an entry or there are more than markets. */
export function unpackEntries(packed: Hex): readonly Entry[] | null {
  const count = lengthOfHex(packed) / ENTRY_BYTES;
  if (!Number.isInteger(count) || count > MARKETS) return null;
  return Array.from({ length: count }, (_, index) => {
    const at = index * ENTRY_BYTES;
    const market = Number(sliceHex(packed, at, at + 1));
    return { market, word: word(BigInt(sliceHex(packed, at + 1, at + ENTRY_BYTES))) };
  });
}

/** Puts the header before packed entries. */
export function packMessage({ configHash, seq, entries }: Message): Hex {
  const flags = configHash === null ? 0 : FLAG_HEARTBEAT;
  return joinHex([
    hexOfInteger(BigInt(PAYLOAD_VERSION), 1),
    hexOfInteger(BigInt(flags), 1),
    hexOfInteger(seq, 8),
    configHash ?? "0x",
    packEntries(entries),
  ]);
}

/** Reads a message of a peer, or says why a hub refuses the whole of it. */
export function unpackMessage(packed: Hex): Message | PayloadFault {
  if (lengthOfHex(packed) < HEADER_BYTES) return "bad-length";
  if (Number(sliceHex(packed, 0, 1)) !== PAYLOAD_VERSION) return "unknown-version";
  const isHeartbeat = (Number(sliceHex(packed, 1, 2)) & FLAG_HEARTBEAT) !== 0;
  const header = isHeartbeat ? HEARTBEAT_HEADER_BYTES : HEADER_BYTES;
  if (lengthOfHex(packed) < header) return "bad-length";
  const entries = unpackEntries(sliceHex(packed, header));
  if (entries === null) return "bad-length";
  const configHash = isHeartbeat ? sliceHex(packed, HEADER_BYTES, HEARTBEAT_HEADER_BYTES) : null;
  return { configHash, seq: BigInt(sliceHex(packed, 2, HEADER_BYTES)), entries };
}
