import type { Arrival } from "./arrival.ts";
import type { Packet } from "./packet.ts";
import { type Pathway, isVerifiable } from "./pathway.ts";

/**
 * Where a packet is, in LayerZero's own words.
 *
 * - `sent`: the source's endpoint took it; the destination knows nothing of it.
 * - `verifying`: some DVN has vouched for it, not all that the receiver asks for.
 * - `verifiable`: all have; anybody may commit it.
 * - `verified`: committed; an earlier nonce that is not verified holds it up.
 * - `executable`: committed, and everything before it verified; anybody may execute it.
 * - `failed`: the receiver reverted; anybody may execute it again.
 * - `executed`: delivered, or cleared by the receiver's delegate.
 * - `skipped`: its nonce was given up by the receiver's delegate, for good.
 */
export const PACKET_STATES = [
  "sent",
  "verifying",
  "verifiable",
  "verified",
  "executable",
  "failed",
  "executed",
  "skipped",
] as const;

export type PacketState = (typeof PACKET_STATES)[number];

/** What is known of the way that a packet takes; null where it was not read yet. */
export interface Way {
  readonly pathway: Pathway | null;
  /** The last nonce up to which nothing is missing. */
  readonly inboundNonce: bigint;
}

/** Pure, and derived anew from what the chains say: a reorg takes back by itself what it undid. */
export function stateOfPacket(packet: Packet, arrival: Arrival, { pathway, inboundNonce }: Way): PacketState {
  if (arrival.isDelivered) return "executed";
  if (arrival.isSkipped) return "skipped";
  if (arrival.committed !== null) {
    if (packet.nonce > inboundNonce) return "verified";
    return arrival.alerts > 0 ? "failed" : "executable";
  }
  // Executed or given up before reading began: only then can its nonce lie below without a trace of it.
  if (!arrival.isNilified && pathway !== null && packet.nonce <= pathway.inboundNonce) return "executed";
  if (pathway !== null && isVerifiable(pathway, arrival.attestations, packet.payloadHash)) return "verifiable";
  return arrival.attestations.length > 0 ? "verifying" : "sent";
}

/** Whether nothing can become of it any more. */
export function isSettled(state: PacketState): boolean {
  return state === "executed" || state === "skipped";
}

/** Whether the endpoint holds another payload for its nonce than the source sent: DVNs have lied together. */
export function isForged(packet: Packet, { committed, isDelivered }: Arrival): boolean {
  return committed !== null && !isDelivered && committed !== packet.payloadHash;
}
