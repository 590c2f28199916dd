import type { Eid } from "../eid.ts";
import { NO_ARRIVAL, applyArrival, type Arrival } from "./arrival.ts";
import { type LoggedPacketEvent, type Packet, packetKey, routeKey } from "./packet.ts";
import {
  NO_FACTS,
  type PacketBook,
  type PacketChain,
  type PacketFacts,
  type PacketObservation,
  type PacketsStarted,
} from "./packet-book.ts";
import { listPackets } from "./packet-view.ts";
import { isSettled } from "./packet-state.ts";
import { NIL_PAYLOAD, type Pathway } from "./pathway.ts";

/** Packets that are settled for good are kept up to this many in all, for the pages. Open ones are never dropped. */
export const PACKETS_KEPT = 512;

/**
 * Folds one observation into the book. Pure and total: what cannot follow the cursor changes nothing, and the reader
 * finds out by the cursor not having moved.
 */
export function reducePackets(book: PacketBook, observation: PacketObservation): PacketBook {
  const before = book.chains.get(observation.eid) ?? null;
  const after = observation.kind === "packets-started" ? start(observation) : step(before, observation);
  if (after === before || after === null) return book;
  const changed = { ...book, chains: new Map(book.chains).set(observation.eid, after) };
  return withTimes(observation.kind === "packets-final" ? forget(changed) : changed, observation.atMs);
}

function start({ eid, at, events, known = NO_FACTS, pathways }: PacketsStarted): PacketChain {
  const read = pathways.reduce(seedArrivals, fold(known, eid, events));
  return {
    eid,
    finalNumber: at.number,
    final: read,
    batches: [],
    latest: read,
    cursor: at,
    pathways: new Map(pathways.map((pathway) => [routeKey(pathway.route), pathway])),
  };
}

/** What the endpoint holds at the start is verified, wherever the event lies that said so. */
function seedArrivals(facts: PacketFacts, { route, held }: Pathway): PacketFacts {
  const arrivals = new Map(facts.arrivals);
  for (const { nonce, payloadHash } of held) {
    const key = packetKey({ ...route, nonce });
    const isNilified = payloadHash === NIL_PAYLOAD;
    const arrival = arrivals.get(key) ?? NO_ARRIVAL;
    arrivals.set(key, { ...arrival, committed: isNilified ? null : payloadHash, isNilified });
  }
  return { ...facts, arrivals };
}

function step(chain: PacketChain | null, observation: Exclude<PacketObservation, PacketsStarted>): PacketChain | null {
  if (chain === null) return null;
  switch (observation.kind) {
    case "packets-read": {
      const { to, events } = observation;
      const isNext = to.number > chain.cursor.number;
      const isInside = events.every(({ blockNumber }) => blockNumber > chain.cursor.number && blockNumber <= to.number);
      if (!isNext || !isInside) return chain;
      const batches = events.length === 0 ? chain.batches : [...chain.batches, ...events];
      return { ...chain, cursor: to, batches, latest: fold(chain.latest, chain.eid, events) };
    }
    case "pathways-read": {
      const pathways = observation.pathways.map((pathway): [string, Pathway] => {
        const key = routeKey(pathway.route);
        const floor = chain.pathways.get(key)?.inboundNonce ?? pathway.inboundNonce;
        return [key, { ...pathway, inboundNonce: floor }];
      });
      return { ...chain, pathways: new Map(pathways) };
    }
    case "packets-rewound": {
      const { ancestor } = observation;
      if (ancestor.number >= chain.cursor.number || ancestor.number < chain.finalNumber) return chain;
      const batches = chain.batches.filter(({ blockNumber }) => blockNumber <= ancestor.number);
      return { ...chain, cursor: ancestor, batches, latest: fold(chain.final, chain.eid, batches) };
    }
    case "packets-final": {
      const number = Math.min(observation.number, chain.cursor.number);
      if (number <= chain.finalNumber) return chain;
      const isFinal = ({ blockNumber }: LoggedPacketEvent): boolean => blockNumber <= number;
      const final = fold(chain.final, chain.eid, chain.batches.filter(isFinal));
      return { ...chain, finalNumber: number, final, batches: chain.batches.filter((batch) => !isFinal(batch)) };
    }
  }
}

/** A chain speaks of what it sent and of what arrives there; anything else is not its to say. */
function fold(facts: PacketFacts, eid: Eid, events: readonly LoggedPacketEvent[]): PacketFacts {
  if (events.length === 0) return facts;
  const sent = new Map<string, Packet>(facts.sent);
  const arrivals = new Map<string, Arrival>(facts.arrivals);
  for (const { event } of events) {
    const key = packetKey(event.name);
    if (event.kind === "sent" && event.name.srcEid === eid) sent.set(key, event.packet);
    if (event.kind !== "sent" && event.name.dstEid === eid) {
      arrivals.set(key, applyArrival(arrivals.get(key) ?? NO_ARRIVAL, event));
    }
  }
  return { sent, arrivals };
}

/** Notes since when each packet is in the state that it is in. */
function withTimes(book: PacketBook, atMs: number): PacketBook {
  const since = new Map(
    listPackets(book).map(({ key, state }) => {
      const known = book.since.get(key);
      return [key, known?.state === state ? known : { state, atMs, firstMs: known?.firstMs ?? atMs }];
    }),
  );
  return { ...book, since };
}

/** Drops the oldest packets that are settled in final blocks of both chains, down to {@link PACKETS_KEPT}. */
function forget(book: PacketBook): PacketBook {
  const finals = new Map([...book.chains].map(([eid, chain]) => [eid, { ...chain, latest: chain.final }]));
  const settled = listPackets({ ...book, chains: finals }).filter(({ state }) => isSettled(state));
  const dropped = new Set(settled.slice(0, Math.max(0, settled.length - PACKETS_KEPT)).map(({ key }) => key));
  if (dropped.size === 0) return book;
  const chains = new Map([...book.chains].map(([eid, chain]) => [eid, without(chain, dropped)]));
  return { ...book, chains };
}

function without(chain: PacketChain, dropped: ReadonlySet<string>): PacketChain {
  const keep = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([key]) => !dropped.has(key)));
  const strip = ({ sent, arrivals }: PacketFacts): PacketFacts => ({ sent: keep(sent), arrivals: keep(arrivals) });
  const pathways = new Map([...chain.pathways].map(([key, pathway]) => [key, raiseFloor(pathway, chain, dropped)]));
  return { ...chain, final: strip(chain.final), latest: strip(chain.latest), pathways };
}

/** What is forgotten still counts as passed: the floor of its pathway rises over it. */
function raiseFloor(pathway: Pathway, { final }: PacketChain, dropped: ReadonlySet<string>): Pathway {
  let { inboundNonce } = pathway;
  const isGone = (nonce: bigint): boolean => {
    const key = packetKey({ ...pathway.route, nonce });
    return dropped.has(key) && final.arrivals.has(key);
  };
  while (isGone(inboundNonce + 1n)) inboundNonce += 1n;
  return inboundNonce === pathway.inboundNonce ? pathway : { ...pathway, inboundNonce };
}
