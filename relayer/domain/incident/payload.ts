import { type Hex, hexOfInteger, joinHex, lengthOfHex, sliceHex } from "../hex.ts";
import type { Entry } from "./entry.ts";
import { MARKETS } from "./posture.ts";
import { word } from "./word.ts";

/*
 * The one payload of both paths. Mirrors `contracts/libraries/PayloadLib.sol`; `test/vectors/payload.json` binds the
 * two. Entries: 33 bytes each, market (1) then word (32). Message: version (1), flags (1), sequence number (8), then
 * entries.
 */

export const PAYLOAD_VERSION = 1;
const FLAG_HEARTBEAT = 1;
const HEADER_BYTES = 10;
const ENTRY_BYTES = 33;

export interface Message {
  readonly isHeartbeat: boolean;
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
export function packMessage({ isHeartbeat, seq, entries }: Message): Hex {
  const flags = isHeartbeat ? FLAG_HEARTBEAT : 0;
  return joinHex([
    hexOfInteger(BigInt(PAYLOAD_VERSION), 1),
    hexOfInteger(BigInt(flags), 1),
    hexOfInteger(seq, 8),
    packEntries(entries),
  ]);
}

/** Reads a message of a peer, or says why a hub refuses the whole of it. */
export function unpackMessage(packed: Hex): Message | PayloadFault {
  if (lengthOfHex(packed) < HEADER_BYTES) return "bad-length";
  if (Number(sliceHex(packed, 0, 1)) !== PAYLOAD_VERSION) return "unknown-version";
  const entries = unpackEntries(sliceHex(packed, HEADER_BYTES));
  if (entries === null) return "bad-length";
  const isHeartbeat = (Number(sliceHex(packed, 1, 2)) & FLAG_HEARTBEAT) !== 0;
  return { isHeartbeat, seq: BigInt(sliceHex(packed, 2, HEADER_BYTES)), entries };
}
