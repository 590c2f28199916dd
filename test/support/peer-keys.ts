import type { Hex } from "../../relayer/domain/hex.ts";

/** A mesh, and keys of operators, that mean nothing anywhere else. */
export const PEER_MESH: Hex = `0x${"c1".repeat(32)}`;
export const PEER_KEYS: readonly [Hex, Hex, Hex] = [
  `0x${"a4".repeat(32)}`,
  `0x${"a5".repeat(32)}`,
  `0x${"a6".repeat(32)}`,
];
