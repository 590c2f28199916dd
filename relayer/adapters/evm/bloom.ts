import { getBytes, keccak256 } from "ethers";

import type { Hex } from "../../domain/hex.ts";

const BLOOM_BYTES = 256;
/** Bits that one item sets. */
const HASHES = 3;

/**
 * Whether a block with this `logsBloom` may hold a log of `item` (an address or a topic). False is certain, true is not.
 */
export function mayContain(logsBloom: Hex, item: Hex): boolean {
  const bloom = getBytes(logsBloom);
  return bitsOf(item).every((bit) => {
    const byte = bloom[BLOOM_BYTES - 1 - (bit >> 3)] ?? 0;
    return (byte & (1 << (bit & 7))) !== 0;
  });
}

/** The low eleven bits of the first three pairs of bytes of the item's hash. */
function bitsOf(item: Hex): number[] {
  const hash = getBytes(keccak256(item));
  return Array.from({ length: HASHES }, (_, index) => {
    const high = hash[2 * index] ?? 0;
    const low = hash[2 * index + 1] ?? 0;
    return ((high << 8) | low) & 0x7ff;
  });
}
