import type { Hex } from "../hex.ts";
import type { PacketEvent } from "./packet.ts";
import type { Attestation } from "./pathway.ts";

/** What the destination has said about one packet so far. */
export interface Arrival {
  readonly attestations: readonly Attestation[];
  /** The payload that the endpoint holds for execution, or null. */
  readonly committed: Hex | null;
  /** The nonce counts as verified although nothing can be executed under it. */
  readonly isNilified: boolean;
  readonly isDelivered: boolean;
  readonly isSkipped: boolean;
  /** Executions in which the receiver reverted, since the last commit. */
  readonly alerts: number;
  /** What the receiver reverted with last. */
  readonly reason: Hex | null;
}

export const NO_ARRIVAL: Arrival = {
  attestations: [],
  committed: null,
  isNilified: false,
  isDelivered: false,
  isSkipped: false,
  alerts: 0,
  reason: null,
};

/** `arrival` after `event`, which is one of its destination's. */
export function applyArrival(arrival: Arrival, event: PacketEvent): Arrival {
  switch (event.kind) {
    case "sent":
      return arrival;
    case "attested": {
      const { dvn, payloadHash, confirmations } = event;
      const isSame = (each: Attestation): boolean => each.dvn === dvn && each.payloadHash === payloadHash;
      const others = arrival.attestations.filter((each) => !isSame(each));
      return { ...arrival, attestations: [...others, { dvn, payloadHash, confirmations }] };
    }
    case "committed":
      return { ...arrival, committed: event.payloadHash, isNilified: false, alerts: 0, reason: null };
    case "delivered":
      return { ...arrival, isDelivered: true };
    case "alerted":
      return { ...arrival, alerts: arrival.alerts + 1, reason: event.reason };
    case "skipped":
    case "burnt":
      return { ...arrival, isSkipped: true };
    case "nilified":
      // What was vouched for before counts no more: the library has forgotten it.
      return { ...arrival, attestations: [], committed: null, isNilified: true, alerts: 0 };
  }
}

/** Whether later packets need not wait for this one. */
export function isPassed({ committed, isNilified, isDelivered, isSkipped }: Arrival): boolean {
  return committed !== null || isNilified || isDelivered || isSkipped;
}
