import { type Eid, eid } from "../../relayer/domain/eid.ts";
import { type Hex, hexOfInteger } from "../../relayer/domain/hex.ts";
import { EMPTY_PACKET_BOOK, type PacketBook, type PacketObservation } from "../../relayer/domain/packet/packet-book.ts";
import type { LoggedPacketEvent, Packet, PacketEvent, PacketName } from "../../relayer/domain/packet/packet.ts";
import type { Pathway } from "../../relayer/domain/packet/pathway.ts";
import { reducePackets } from "../../relayer/domain/packet/reduce-packets.ts";
import { T0, blockHash } from "./builders.ts";

export const HOME = eid(50_901);
export const AWAY = eid(50_902);
export const DVNS: readonly Hex[] = [hexOfInteger(0xd1n, 20), hexOfInteger(0xd2n, 20)];
export const CONFIRMATIONS = 5n;
const SENDER = hexOfInteger(0xa1n, 32);
const RECEIVER = hexOfInteger(0xb1n, 20);

/** Names the packet of that nonce from {@link HOME} to {@link AWAY}. */
export function aName(nonce: number): PacketName {
  return { srcEid: HOME, sender: SENDER, dstEid: AWAY, receiver: RECEIVER, nonce: BigInt(nonce) };
}

export function aPacket(nonce: number): Packet {
  const tail = BigInt(nonce);
  return {
    ...aName(nonce),
    guid: hexOfInteger((0x9n << 200n) | tail, 32),
    message: "0x0200",
    header: hexOfInteger(tail, 81),
    payloadHash: hexOfInteger((0x7n << 200n) | tail, 32),
    gas: 300_000,
  };
}

/** Two required DVNs, nothing optional. */
export function aPathway(overrides: Partial<Pathway> = {}): Pathway {
  const { nonce: _, ...route } = aName(1);
  return {
    route,
    confirmations: CONFIRMATIONS,
    requiredDvns: DVNS,
    optionalDvns: [],
    optionalThreshold: 0,
    inboundNonce: 0n,
    held: [],
    ...overrides,
  };
}

export const sent = (nonce: number): PacketEvent => ({ kind: "sent", name: aName(nonce), packet: aPacket(nonce) });
export const attested = (nonce: number, dvn: 0 | 1, payloadHash = aPacket(nonce).payloadHash): PacketEvent => {
  return { kind: "attested", name: aName(nonce), payloadHash, dvn: DVNS[dvn]!, confirmations: CONFIRMATIONS };
};
export const committed = (nonce: number, payloadHash = aPacket(nonce).payloadHash): PacketEvent => {
  return { kind: "committed", name: aName(nonce), payloadHash };
};
export const alerted = (nonce: number): PacketEvent => ({ kind: "alerted", name: aName(nonce), reason: "0x" });
export const ended = (kind: "delivered" | "skipped" | "burnt" | "nilified", nonce: number): PacketEvent => {
  return { kind, name: aName(nonce) };
};

export function at(blockNumber: number, event: PacketEvent, logIndex = 0): LoggedPacketEvent {
  return { blockNumber, logIndex, event };
}

export function aBlock(number: number, fork = 0) {
  return { number, hash: blockHash(number, fork), parentHash: blockHash(number - 1, fork), timestamp: T0 + number };
}

/** Both chains' packets are read from block 0 on, over `pathway`. */
export function started(pathway: Pathway = aPathway()): readonly PacketObservation[] {
  const from = (of: Eid, pathways: readonly Pathway[]): PacketObservation => {
    return { kind: "packets-started", eid: of, at: aBlock(0), events: [], pathways, atMs: 0 };
  };
  return [from(HOME, []), from(AWAY, [pathway])];
}

/** One block a call, with these events in it. */
export function read(
  of: Eid,
  number: number,
  events: readonly PacketEvent[],
  atMs = number * 1_000,
): PacketObservation {
  const logged = events.map((event, index) => at(number, event, index));
  return { kind: "packets-read", eid: of, to: aBlock(number), events: logged, atMs };
}

export function bookOf(observations: readonly PacketObservation[], from: PacketBook = EMPTY_PACKET_BOOK): PacketBook {
  return observations.reduce(reducePackets, from);
}
