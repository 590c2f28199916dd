import { type Result, keccak256 } from "ethers";

import { eid } from "../../../domain/eid.ts";
import { type Hex, lengthOfHex, sliceHex } from "../../../domain/hex.ts";
import type { Packet, PacketEvent, PacketName } from "../../../domain/packet/packet.ts";
import { RelayerError } from "../../../errors.ts";
import { messagingInterface } from "./messaging-abi.ts";

/* version 1, nonce 8, srcEid 4, sender 32, dstEid 4, receiver 32, guid 32, message */
const NONCE = 1;
const SRC_EID = 9;
const SENDER = 13;
const DST_EID = 45;
const RECEIVER = 49;
const HEADER_BYTES = 81;
const MESSAGE = 113;
const ADDRESS_PADDING = 12;

const OPTIONS_TYPE_3 = 3;
const EXECUTOR_WORKER = 1;
const LZ_RECEIVE = 1;
const OPTION_HEAD_BYTES = 3;
const GAS_BYTES = 16;

/** A log as far as it is decoded here. */
export interface MessagingLog {
  readonly topics: readonly string[];
  readonly data: string;
}

/**
 * What `log` says about a packet, or null when it says something else. `at` is the endpoint id of the log's chain.
 *
 * @throws RelayerError `RPC_MALFORMED` when a known event does not decode
 */
export function decodePacketEvent(log: MessagingLog, at: number): PacketEvent | null {
  let parsed: ReturnType<typeof messagingInterface.parseLog>;
  try {
    parsed = messagingInterface.parseLog(log);
    return parsed === null ? null : eventOf(parsed.name, parsed.args, at);
  } catch (error) {
    throw new RelayerError("RPC_MALFORMED", "a LayerZero event does not decode", { topic: log.topics[0] }, error);
  }
}

function eventOf(name: string, args: Result, at: number): PacketEvent | null {
  switch (name) {
    case "PacketSent": {
      const encoded = hexAt(args, "encodedPayload");
      // Packets of other versions are nobody's here.
      if (lengthOfHex(encoded) < MESSAGE || !isVersionOne(encoded)) return null;
      const packet = decodePacket(encoded, hexAt(args, "options"));
      return { kind: "sent", name: packet, packet };
    }
    case "PayloadVerified": {
      const header = hexAt(args, "header");
      if (lengthOfHex(header) !== HEADER_BYTES || !isVersionOne(header)) return null;
      const [payloadHash, dvn] = [hexAt(args, "proofHash"), hexAt(args, "dvn")];
      return {
        kind: "attested",
        name: decodeHeader(header),
        payloadHash,
        dvn,
        confirmations: bigAt(args, "confirmations"),
      };
    }
    case "PacketVerified":
      return { kind: "committed", name: nameOfOrigin(args, at), payloadHash: hexAt(args, "payloadHash") };
    case "PacketDelivered":
      return { kind: "delivered", name: nameOfOrigin(args, at) };
    case "LzReceiveAlert":
      return { kind: "alerted", name: nameOfOrigin(args, at), reason: hexAt(args, "reason") };
    case "InboundNonceSkipped":
      return { kind: "skipped", name: nameOf(args, hexAt(args, "receiver"), at) };
    case "PacketBurnt":
      return { kind: "burnt", name: nameOf(args, hexAt(args, "receiver"), at) };
    case "PacketNilified":
      return { kind: "nilified", name: nameOf(args, hexAt(args, "receiver"), at) };
    default:
      return null;
  }
}

/** Reads the first 81 bytes of a packet. */
function decodeHeader(header: Hex): PacketName {
  return {
    nonce: BigInt(sliceHex(header, NONCE, SRC_EID)),
    srcEid: eid(Number(sliceHex(header, SRC_EID, SENDER))),
    sender: sliceHex(header, SENDER, DST_EID),
    dstEid: eid(Number(sliceHex(header, DST_EID, RECEIVER))),
    receiver: sliceHex(header, RECEIVER + ADDRESS_PADDING, HEADER_BYTES),
  };
}

function decodePacket(encoded: Hex, options: Hex): Packet {
  return {
    ...decodeHeader(encoded),
    guid: sliceHex(encoded, HEADER_BYTES, MESSAGE),
    message: sliceHex(encoded, MESSAGE),
    header: sliceHex(encoded, 0, HEADER_BYTES),
    payloadHash: keccak256(sliceHex(encoded, HEADER_BYTES)) as Hex,
    gas: readReceiveGas(options),
  };
}

/**
 * Gas bought for `lzReceive`: the sum over all such options. Type-3 options are worker (1), length (2), kind (1), data;
 * the length counts the kind. Options that are not of that form buy nothing that can be read.
 */
function readReceiveGas(options: Hex): number {
  if (lengthOfHex(options) < 2 || Number(sliceHex(options, 0, 2)) !== OPTIONS_TYPE_3) return 0;
  let gas = 0n;
  for (let at = 2; at + OPTION_HEAD_BYTES < lengthOfHex(options);) {
    const worker = Number(sliceHex(options, at, at + 1));
    const start = at + OPTION_HEAD_BYTES;
    const end = start + Number(sliceHex(options, at + 1, start));
    const isReceive = worker === EXECUTOR_WORKER && Number(sliceHex(options, start, start + 1)) === LZ_RECEIVE;
    if (isReceive && end >= start + 1 + GAS_BYTES) gas += BigInt(sliceHex(options, start + 1, start + 1 + GAS_BYTES));
    at = Math.max(end, start + 1);
  }
  return gas > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(gas);
}

function isVersionOne(encoded: Hex): boolean {
  return Number(sliceHex(encoded, 0, 1)) === 1;
}

function nameOfOrigin(args: Result, at: number): PacketName {
  return nameOf(args["origin"] as Result, hexAt(args, "receiver"), at);
}

function nameOf(origin: Result, receiver: Hex, at: number): PacketName {
  const srcEid = eid(Number(bigAt(origin, "srcEid")));
  return { srcEid, sender: hexAt(origin, "sender"), dstEid: eid(at), receiver, nonce: bigAt(origin, "nonce") };
}

function hexAt(args: Result, field: string): Hex {
  return String(args[field]).toLowerCase() as Hex;
}

function bigAt(args: Result, field: string): bigint {
  return BigInt(args[field] as bigint);
}
