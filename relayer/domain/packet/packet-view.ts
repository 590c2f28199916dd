import { type Arrival, NO_ARRIVAL, isPassed } from "./arrival.ts";
import { type Packet, type Route, packetKey, routeKey } from "./packet.ts";
import type { PacketBook } from "./packet-book.ts";
import { type PacketState, isForged, stateOfPacket } from "./packet-state.ts";
import type { Pathway } from "./pathway.ts";

/** One packet and where it is. */
export interface PacketView {
  readonly key: string;
  readonly packet: Packet;
  readonly arrival: Arrival;
  readonly state: PacketState;
  /** Wall time since which it is in that state; null in the moment in which it enters it. */
  readonly sinceMs: number | null;
  /** Wall time at which its source was first seen to have sent it; null likewise. */
  readonly firstMs: number | null;
  /** The endpoint holds another payload under its nonce than the source sent. */
  readonly isForged: boolean;
}

/** Every packet that a source was seen to send, in the order of sources and of what they sent. */
export function listPackets(book: PacketBook): readonly PacketView[] {
  const inbound = new Map<string, bigint>();
  const inboundOf = (route: Route): bigint => {
    const key = routeKey(route);
    const known = inbound.get(key) ?? inboundNonce(book, route);
    inbound.set(key, known);
    return known;
  };
  return [...book.chains.values()].flatMap(({ latest }) =>
    [...latest.sent].map(([key, packet]): PacketView => {
      const arrival = arrivalOf(book, packet, key);
      const way = { pathway: pathwayOf(book, packet), inboundNonce: inboundOf(packet) };
      const times = book.since.get(key);
      const [sinceMs, firstMs] = [times?.atMs ?? null, times?.firstMs ?? null];
      const state = stateOfPacket(packet, arrival, way);
      return { key, packet, arrival, state, sinceMs, firstMs, isForged: isForged(packet, arrival) };
    }),
  );
}

export function pathwayOf({ chains }: PacketBook, route: Route): Pathway | null {
  return chains.get(route.dstEid)?.pathways.get(routeKey(route)) ?? null;
}

/** The last nonce of the route up to which every packet is verified or settled, as the endpoint counts it. */
export function inboundNonce(book: PacketBook, route: Route): bigint {
  const floor = pathwayOf(book, route)?.inboundNonce ?? 0n;
  const arrivals = book.chains.get(route.dstEid)?.latest.arrivals ?? new Map<string, Arrival>();
  const isThere = (nonce: bigint): boolean => isPassed(arrivals.get(packetKey({ ...route, nonce })) ?? NO_ARRIVAL);
  let nonce = floor;
  while (isThere(nonce + 1n)) nonce += 1n;
  return nonce;
}

function arrivalOf({ chains }: PacketBook, { dstEid }: Packet, key: string): Arrival {
  return chains.get(dstEid)?.latest.arrivals.get(key) ?? NO_ARRIVAL;
}
