import { Interface, type Log, type Result } from "ethers";

import { LAYERZERO_ARTIFACTS } from "../artifacts.ts";
import { type Packet, type PacketName, decodeHeader, decodePacket } from "./packet.ts";

/** What the contracts of one chain say about packets. */
export type DeliveryEvent =
  | { readonly kind: "sent"; readonly name: PacketName; readonly packet: Packet; readonly block: number }
  | { readonly kind: "verified"; readonly name: PacketName; readonly payloadHash: string; readonly dvn: string }
  | { readonly kind: "committed"; readonly name: PacketName }
  | { readonly kind: "delivered"; readonly name: PacketName }
  | { readonly kind: "alert"; readonly name: PacketName };

export const ENDPOINT = Interface.from(LAYERZERO_ARTIFACTS.EndpointV2.abi);
export const RECEIVE_ULN = Interface.from(LAYERZERO_ARTIFACTS.ReceiveUln302.abi);

/** Reads `log`, or null when it is about something else. `dstEid` is the chain that it comes from. */
export function readDeliveryEvent(log: Log, dstEid: number): DeliveryEvent | null {
  const parsed = ENDPOINT.parseLog(log) ?? RECEIVE_ULN.parseLog(log);
  if (!parsed) return null;
  const { args } = parsed;
  switch (parsed.name) {
    case "PacketSent": {
      const packet = decodePacket(args["encodedPayload"], args["options"]);
      return { kind: "sent", name: packet, packet, block: log.blockNumber };
    }
    case "PayloadVerified": {
      const { header, proofHash: payloadHash, dvn } = args;
      return { kind: "verified", name: decodeHeader(header), payloadHash, dvn };
    }
    case "PacketVerified":
      return { kind: "committed", name: nameOf(args, dstEid) };
    case "PacketDelivered":
      return { kind: "delivered", name: nameOf(args, dstEid) };
    case "LzReceiveAlert":
      return { kind: "alert", name: nameOf(args, dstEid) };
    default:
      return null;
  }
}

function nameOf({ origin, receiver }: Result, dstEid: number): PacketName {
  return { srcEid: Number(origin.srcEid), sender: origin.sender, dstEid, receiver, nonce: origin.nonce };
}
