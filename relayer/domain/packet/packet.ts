import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";

/** What names a packet: all that its header holds, and all that the destination's events say. */
export interface PacketName {
  readonly srcEid: Eid;
  /** The sending hub, 32 bytes. */
  readonly sender: Hex;
  readonly dstEid: Eid;
  /** The receiving hub, 20 bytes. */
  readonly receiver: Hex;
  /** Counted from 1 along the pathway. */
  readonly nonce: bigint;
}

/** One LayerZero packet, as the source's endpoint emits it in `PacketSent`. */
export interface Packet extends PacketName {
  readonly guid: Hex;
  readonly message: Hex;
  /** The first 81 bytes: what DVNs sign for. */
  readonly header: Hex;
  /** keccak256 of guid and message. */
  readonly payloadHash: Hex;
  /** Gas that the sender bought for `lzReceive`. */
  readonly gas: number;
}

/** Where packets are numbered together: from one hub to one other. */
export type Route = Omit<PacketName, "nonce">;

/** One string a route. */
export function routeKey({ srcEid, sender, dstEid, receiver }: Route): string {
  return [srcEid, sender, dstEid, receiver].join("/");
}

/** One string a packet. */
export function packetKey(name: PacketName): string {
  return `${routeKey(name)}/${name.nonce}`;
}

/** What the endpoint and the receive library say about packets, in the order of the chain that says it. */
export type PacketEvent =
  | { readonly kind: "sent"; readonly name: PacketName; readonly packet: Packet }
  /** A DVN vouches for a payload. */
  | {
      readonly kind: "attested";
      readonly name: PacketName;
      readonly payloadHash: Hex;
      readonly dvn: Hex;
      readonly confirmations: bigint;
    }
  /** The endpoint took what the DVNs vouched for. */
  | { readonly kind: "committed"; readonly name: PacketName; readonly payloadHash: Hex }
  /** Executed, or cleared by the receiver's delegate. */
  | { readonly kind: "delivered"; readonly name: PacketName }
  /** The receiver reverted, and the executor says so. */
  | { readonly kind: "alerted"; readonly name: PacketName; readonly reason: Hex }
  /** The receiver's delegate gave the nonce up for good. */
  | { readonly kind: "skipped"; readonly name: PacketName }
  | { readonly kind: "burnt"; readonly name: PacketName }
  /** The receiver's delegate took a verified payload back: DVNs may verify anew. */
  | { readonly kind: "nilified"; readonly name: PacketName };

/** A packet event and where it stands on its chain. */
export interface LoggedPacketEvent {
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly event: PacketEvent;
}
