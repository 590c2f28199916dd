import type { Eid } from "../eid.ts";
import type { BlockRef } from "../world/block.ts";
import type { Arrival } from "./arrival.ts";
import type { LoggedPacketEvent, Packet } from "./packet.ts";
import type { Pathway } from "./pathway.ts";

/** What one chain has said of packets up to a block: of those it sent, and of those that arrive there. By packet key. */
export interface PacketFacts {
  readonly sent: ReadonlyMap<string, Packet>;
  readonly arrivals: ReadonlyMap<string, Arrival>;
}

export const NO_FACTS: PacketFacts = { sent: new Map(), arrivals: new Map() };

/** One chain's packets as far as they were read. As with words: a final part, and blocks on it that may be undone. */
export interface PacketChain {
  readonly eid: Eid;
  readonly finalNumber: number;
  readonly final: PacketFacts;
  /** Events after the final block, oldest first. */
  readonly batches: readonly LoggedPacketEvent[];
  /** `final` with every batch folded in, at the cursor. */
  readonly latest: PacketFacts;
  readonly cursor: BlockRef;
  /** By route key: those that end here. */
  readonly pathways: ReadonlyMap<string, Pathway>;
}

export interface PacketTimes {
  readonly state: string;
  readonly atMs: number;
  readonly firstMs: number;
}

/** Every packet of the mesh, by the chains that speak of them. Folded by `reducePackets`, and by nothing else. */
export interface PacketBook {
  readonly chains: ReadonlyMap<Eid, PacketChain>;
  /** When a packet was first seen, and first seen in the state that it is in. Wall time, for pacing only. */
  readonly since: ReadonlyMap<string, PacketTimes>;
}

export const EMPTY_PACKET_BOOK: PacketBook = { chains: new Map(), since: new Map() };

/** Reading of a chain's packets begins, or begins anew: everything up to the final block `at`, as far as it was read. */
export interface PacketsStarted {
  readonly kind: "packets-started";
  readonly eid: Eid;
  readonly at: BlockRef;
  readonly events: readonly LoggedPacketEvent[];
  /** What was known before these events; nothing unless given. */
  readonly known?: PacketFacts;
  readonly pathways: readonly Pathway[];
  readonly atMs: number;
}

/** The chain was read from after the cursor up to and including `to`; `events` is all that was there. */
export interface PacketsRead {
  readonly kind: "packets-read";
  readonly eid: Eid;
  readonly to: BlockRef;
  readonly events: readonly LoggedPacketEvent[];
  readonly atMs: number;
}

/** What came after block `ancestor` is undone. */
export interface PacketsRewound {
  readonly kind: "packets-rewound";
  readonly eid: Eid;
  readonly ancestor: BlockRef;
  readonly atMs: number;
}

/** Finality moved. */
export interface PacketsFinal {
  readonly kind: "packets-final";
  readonly eid: Eid;
  readonly number: number;
  readonly atMs: number;
}

/** How the library judges routes that end at `eid`, read again: governance may have changed it. */
export interface PathwaysRead {
  readonly kind: "pathways-read";
  readonly eid: Eid;
  readonly pathways: readonly Pathway[];
  readonly atMs: number;
}

export type PacketObservation = PacketsStarted | PathwaysRead | PacketsRead | PacketsRewound | PacketsFinal;
