import { keccak256, toUtf8Bytes } from "ethers";

import type { Hex } from "../../domain/hex.ts";
import type { Hasher } from "../../ports/hasher.ts";

/** keccak256 of ethers. */
export const ethersHasher: Hasher = {
  keccakUtf8: (text) => keccak256(toUtf8Bytes(text)) as Hex,
  keccakHex: (hex) => keccak256(hex) as Hex,
};
