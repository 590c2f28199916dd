import type { PacketFaults } from "../../faults/fault-plan.ts";
import { type DeliveryCounts, noDeliveries } from "./delivery-counts.ts";
import type { DeliveryEvent } from "./delivery-events.ts";
import { type Packet, type PacketName, packetKey, pathwayOf } from "./packet.ts";

/** All that is known of one packet, from events alone. */
export interface Delivery {
  readonly key: string;
  readonly pathway: string;
  readonly name: PacketName;
  /** Undefined until the source chain's event has been read. */
  packet?: Packet;
  sentInBlock: number;
  /** On the clock of `performance`. */
  seenAtMs: number;
  faults: PacketFaults;
  /** Verifications, by DVN and payload hash: how often. */
  readonly verifications: Map<string, number>;
  commits: number;
  deliveries: number;
  alerts: number;
  /** Attempts that the contracts refused with a revert. */
  refusedCommits: number;
  refusedDeliveries: number;
}

/** A delivery whose packet is known. */
export type KnownDelivery = Delivery & { readonly packet: Packet };

/** Every packet of the network. */
export interface DeliveryBook {
  /** Takes in an event. @returns the delivery that it is about. */
  record(event: DeliveryEvent): Delivery;
  all(): Iterable<Delivery>;
  onPathway(pathway: string): readonly Delivery[];
  /** Counts by the endpoint id of the chain where it happened. */
  counts(dvnsOf: (eid: number) => readonly string[]): Map<number, DeliveryCounts>;
}

export function createDeliveryBook(decide: (name: PacketName) => PacketFaults): DeliveryBook {
  const deliveries = new Map<string, Delivery>();
  const pathways = new Map<string, readonly Delivery[]>();
  const find = (name: PacketName): Delivery => {
    const key = packetKey(name);
    const delivery = deliveries.get(key) ?? openDelivery(name, decide(name));
    if (!deliveries.has(key)) {
      deliveries.set(key, delivery);
      pathways.set(delivery.pathway, [...(pathways.get(delivery.pathway) ?? []), delivery]);
    }
    return delivery;
  };
  return {
    record(event) {
      const delivery = find(event.name);
      apply(delivery, event);
      return delivery;
    },
    all: () => deliveries.values(),
    onPathway: (pathway) => pathways.get(pathway) ?? [],
    counts: (dvnsOf) => countAll(deliveries.values(), dvnsOf),
  };
}

export function isKnown(delivery: Delivery): delivery is KnownDelivery {
  return delivery.packet !== undefined;
}

/** How often `dvn` verified `payloadHash` for this packet. */
export function timesVerified(delivery: Delivery, dvn: string, payloadHash: string): number {
  return delivery.verifications.get(verificationKey(dvn, payloadHash)) ?? 0;
}

function openDelivery(name: PacketName, faults: PacketFaults): Delivery {
  const attempts = { commits: 0, deliveries: 0, alerts: 0, refusedCommits: 0, refusedDeliveries: 0 };
  const names = { key: packetKey(name), pathway: pathwayOf(name), name };
  return { ...names, sentInBlock: 0, seenAtMs: 0, faults, verifications: new Map(), ...attempts };
}

function apply(delivery: Delivery, event: DeliveryEvent): void {
  switch (event.kind) {
    case "sent":
      delivery.packet = event.packet;
      delivery.sentInBlock = event.block;
      delivery.seenAtMs = performance.now();
      break;
    case "verified": {
      const key = verificationKey(event.dvn, event.payloadHash);
      delivery.verifications.set(key, (delivery.verifications.get(key) ?? 0) + 1);
      break;
    }
    case "committed":
      delivery.commits += 1;
      break;
    case "delivered":
      delivery.deliveries += 1;
      break;
    case "alert":
      delivery.alerts += 1;
  }
}

function verificationKey(dvn: string, payloadHash: string): string {
  return `${dvn}/${payloadHash}`.toLowerCase();
}

type DvnsOf = (eid: number) => readonly string[];

function countAll(deliveries: Iterable<Delivery>, dvnsOf: DvnsOf): Map<number, DeliveryCounts> {
  const counts = new Map<number, ReturnType<typeof noDeliveries>>();
  const on = (eid: number) => {
    const found = counts.get(eid) ?? noDeliveries();
    counts.set(eid, found);
    return found;
  };
  for (const delivery of deliveries) {
    if (isKnown(delivery)) on(delivery.name.srcEid).sent += 1;
    addArrival(on(delivery.name.dstEid), delivery, dvnsOf(delivery.name.dstEid));
  }
  return counts;
}

function addArrival(counts: ReturnType<typeof noDeliveries>, delivery: Delivery, dvns: readonly string[]): void {
  const truth = delivery.packet?.payloadHash ?? "";
  const byDvn = dvns.map((dvn) => timesVerified(delivery, dvn, truth));
  const verifications = [...delivery.verifications.values()].reduce((sum, times) => sum + times, 0);
  const genuine = byDvn.reduce((sum, times) => sum + times, 0);
  counts.verify1 += Math.min(1, byDvn[0] ?? 0);
  counts.verify2 += Math.min(1, byDvn[1] ?? 0);
  counts.repeatedVerify += byDvn.reduce((sum, times) => sum + Math.max(0, times - 1), 0);
  counts.forged += verifications - genuine;
  counts.commit += delivery.commits;
  counts.execute += delivery.deliveries;
  counts.alert += delivery.alerts;
  counts.refusedCommit += delivery.refusedCommits;
  counts.refusedExecute += delivery.refusedDeliveries;
}
