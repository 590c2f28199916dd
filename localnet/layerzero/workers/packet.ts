import { keccak256 } from "ethers";

/** One LayerZero packet, as EndpointV2 emits it in `PacketSent`. */
export interface Packet {
  readonly nonce: bigint;
  readonly srcEid: number;
  /** 32 bytes. */
  readonly sender: string;
  readonly dstEid: number;
  /** 20 bytes: every chain here is an EVM. */
  readonly receiver: string;
  readonly guid: string;
  readonly message: string;
  /** The first 81 bytes: what a DVN signs for and what names the packet. */
  readonly header: string;
  /** keccak256 of guid and message. */
  readonly payloadHash: string;
  /** Gas that the sender bought for `lzReceive`. */
  readonly gasLimit: bigint;
}

/** version 1, nonce 8, srcEid 4, sender 32, dstEid 4, receiver 32, guid 32, message. */
const NONCE = 1;
const SRC_EID = 9;
const SENDER = 13;
const DST_EID = 45;
const RECEIVER = 49;
const GUID = 81;
const MESSAGE = 113;
const ADDRESS_PADDING = 12;

/** What names a packet: all that its header holds, and all that the destination's events say. */
export type PacketName = Pick<Packet, "nonce" | "srcEid" | "sender" | "dstEid" | "receiver">;

/** Reads the first 81 bytes of a packet. */
export function decodeHeader(header: string): PacketName {
  return {
    nonce: BigInt(slice(header, NONCE, SRC_EID)),
    srcEid: Number(slice(header, SRC_EID, SENDER)),
    sender: slice(header, SENDER, DST_EID),
    dstEid: Number(slice(header, DST_EID, RECEIVER)),
    receiver: slice(header, RECEIVER + ADDRESS_PADDING, GUID),
  };
}

/** Reads a packet out of `encoded`, and what its sender asked of the executor out of `options`. */
export function decodePacket(encoded: string, options: string): Packet {
  return {
    ...decodeHeader(encoded),
    guid: slice(encoded, GUID, MESSAGE),
    message: slice(encoded, MESSAGE),
    header: slice(encoded, 0, GUID),
    payloadHash: keccak256(slice(encoded, GUID)),
    gasLimit: readReceiveGas(options),
  };
}

/** The pathway of a packet: its nonces are counted along it. */
export function pathwayOf({ srcEid, sender, dstEid, receiver }: PacketName): string {
  return [srcEid, sender, dstEid, receiver].join("/").toLowerCase();
}

/** One string a packet. */
export function packetKey(name: PacketName): string {
  return `${pathwayOf(name)}/${name.nonce}`;
}

const OPTIONS_TYPE_3 = 3;
const EXECUTOR_WORKER = 1;
const LZ_RECEIVE = 1;
const OPTION_HEAD_BYTES = 3;

/**
 * Gas bought for `lzReceive`: the sum over all such options. Type-3 options are worker (1), length (2), kind (1), data;
 * the length counts the kind.
 */
function readReceiveGas(options: string): bigint {
  if (Number(slice(options, 0, 2)) !== OPTIONS_TYPE_3) return 0n;
  let gas = 0n;
  let at = 2;
  while (at < byteLength(options)) {
    const worker = Number(slice(options, at, at + 1));
    const length = Number(slice(options, at + 1, at + OPTION_HEAD_BYTES));
    const start = at + OPTION_HEAD_BYTES;
    const kind = Number(slice(options, start, start + 1));
    if (worker === EXECUTOR_WORKER && kind === LZ_RECEIVE) gas += BigInt(slice(options, start + 1, start + 17));
    at = start + length;
  }
  return gas;
}

function slice(hex: string, from: number, to?: number): string {
  return `0x${hex.slice(2 + from * 2, to === undefined ? undefined : 2 + to * 2)}`;
}

function byteLength(hex: string): number {
  return (hex.length - 2) / 2;
}
