import type { Hex } from "../hex.ts";

/** Which block, beyond doubt. */
export interface BlockId {
  readonly number: number;
  readonly hash: Hex;
}
