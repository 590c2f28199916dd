import type { Hex } from "../hex.ts";
import type { Route } from "./packet.ts";

/** How the receive library judges packets of one route, and how far the route had come at a final block. */
export interface Pathway {
  readonly route: Route;
  /** Confirmations at the source that a DVN must have waited for. */
  readonly confirmations: bigint;
  readonly requiredDvns: readonly Hex[];
  readonly optionalDvns: readonly Hex[];
  readonly optionalThreshold: number;
  /** The last nonce up to which every packet was verified, executed or given up. Only ever grows. */
  readonly inboundNonce: bigint;
  /** Payloads that the endpoint holds there for nonces around that one: verified, and not executed. */
  readonly held: readonly { readonly nonce: bigint; readonly payloadHash: Hex }[];
}

/** What the endpoint holds in place of a payload that the receiver's delegate took back. */
export const NIL_PAYLOAD: Hex = `0x${"ff".repeat(32)}`;

/** A DVN's word for a payload. */
export interface Attestation {
  readonly dvn: Hex;
  readonly payloadHash: Hex;
  readonly confirmations: bigint;
}

/** Whether the library would take `payloadHash`: every required DVN has vouched for it, and enough of the optional. */
export function isVerifiable(pathway: Pathway, attestations: readonly Attestation[], payloadHash: Hex): boolean {
  const vouched = new Set(
    attestations
      .filter((each) => each.payloadHash === payloadHash && each.confirmations >= pathway.confirmations)
      .map(({ dvn }) => dvn),
  );
  const optional = pathway.optionalDvns.filter((dvn) => vouched.has(dvn)).length;
  return pathway.requiredDvns.every((dvn) => vouched.has(dvn)) && optional >= pathway.optionalThreshold;
}
