import type { Hex } from "../../domain/hex.ts";
import type { AccountKey } from "./account-key.ts";
import { keccak } from "./hasher.ts";

/** What is signed of an EIP-1559 transaction. Its access list is empty. */
export interface UnsignedTransaction {
  readonly chainId: number;
  readonly nonce: number;
  readonly maxPriorityFeePerGas: bigint;
  readonly maxFeePerGas: bigint;
  readonly gasLimit: number;
  readonly to: string;
  readonly value: bigint;
  readonly data: string;
}

/** A raw transaction and its hash. */
export interface SignedTransaction {
  readonly raw: Hex;
  /** Hashed when first asked for: the node is waited for anyway by then. */
  readonly txHash: Hex;
}

const TYPE = "02";
const EMPTY_LIST = "c0";
/** Longest string or list whose length stands in its first byte. */
const SHORT_BYTES = 55;
const STRING = 0x80;
const LIST = 0xc0;

/**
 * Signs a transaction of type 2. By hand instead of ethers' `Transaction`, whose objects cost twice what the signature
 * does; property tests hold the bytes against it.
 */
export function signTransaction(key: AccountKey, transaction: UnsignedTransaction): SignedTransaction {
  const { chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit, to, value, data } = transaction;
  const numbers = [chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit].map(encodeInteger).join("");
  const fields = `${numbers}${encodeHex(to)}${encodeInteger(value)}${encodeHex(data)}${EMPTY_LIST}`;
  const { r, s, yParity } = key.sign(hashOf(`${TYPE}${encodeList(fields)}`));
  const signature = `${encodeInteger(yParity)}${encodeScalar(r)}${encodeScalar(s)}`;
  const raw = `${TYPE}${encodeList(fields + signature)}`;
  let txHash: Hex | null = null;
  return {
    raw: `0x${raw}`,
    get txHash() {
      txHash ??= hashOf(raw);
      return txHash;
    },
  };
}

function hashOf(digits: string): Hex {
  return keccak(Buffer.from(digits, "hex"));
}

/* RLP on hex digits: what a node is sent is text anyway. */

function encodeInteger(value: number | bigint): string {
  const digits = value.toString(16);
  return encodeScalar(digits.length % 2 === 0 ? digits : `0${digits}`);
}

/** An integer has no leading zero bytes, and zero has none at all. */
function encodeScalar(digits: string): string {
  return encodeString(digits.replace(/^(?:00)+/, ""));
}

function encodeHex(hex: string): string {
  return encodeString(hex.slice(2).toLowerCase());
}

function encodeString(digits: string): string {
  const isItself = digits.length === 2 && digits < "80";
  return isItself ? digits : `${prefix(digits.length / 2, STRING)}${digits}`;
}

function encodeList(content: string): string {
  return `${prefix(content.length / 2, LIST)}${content}`;
}

function prefix(bytes: number, kind: typeof STRING | typeof LIST): string {
  if (bytes <= SHORT_BYTES) return (kind + bytes).toString(16);
  const length = bytes.toString(16);
  const even = length.length % 2 === 0 ? length : `0${length}`;
  return `${(kind + SHORT_BYTES + even.length / 2).toString(16)}${even}`;
}
