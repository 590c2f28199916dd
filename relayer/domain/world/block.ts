import type { Hex } from "../hex.ts";

/** A block as far as the relayer cares. */
export interface BlockRef {
  readonly number: number;
  readonly hash: Hex;
  readonly parentHash: Hex;
  /** Unix seconds. The only clock that decisions know. */
  readonly timestamp: number;
}
