import type { Hex } from "../domain/hex.ts";

/** keccak256, kept out of the domain because the domain imports nothing. */
export interface Hasher {
  /** Of the UTF-8 bytes of `text`. */
  keccakUtf8(text: string): Hex;
  /** Of the bytes that `hex` spells. */
  keccakHex(hex: Hex): Hex;
}
