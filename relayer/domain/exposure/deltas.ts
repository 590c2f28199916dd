import { MARKETS } from "../incident/posture.ts";

/** The two sides of a book. The index is the low bit of a slot. */
export const SIDES = ["long", "short"] as const;
export type Side = (typeof SIDES)[number];

/** Slots of one chain: every market, both sides. A power of two, so that the hot loop only shifts and masks. */
export const SLOTS_PER_CHAIN = MARKETS * SIDES.length;

/** No side of a market ever holds more lots than that: `MAX_LOTS` of `contracts/clearing/book/Scale.sol`. */
export const LOTS_MAX = (1n << 40n) - 1n;

/** Where on the mesh: the chain by its place in the shape, and the market. */
export interface SlotAt {
  readonly chain: number;
  readonly market: number;
  readonly side: Side;
}

export function slotOf({ chain, market, side }: SlotAt): number {
  return chain * SLOTS_PER_CHAIN + market * SIDES.length + (side === "long" ? 0 : 1);
}

/**
 * Changes of exposure as two columns of equal length, so that reducing them is one pass over plain memory. Filled by
 * {@link addDelta} only, which is why the pass need not look at each amount.
 */
export interface Deltas {
  readonly slots: Int32Array;
  /** Whole lots, signed. */
  readonly lots: BigInt64Array;
  count: number;
}

export function createDeltas(capacity: number): Deltas {
  return { slots: new Int32Array(capacity), lots: new BigInt64Array(capacity), count: 0 };
}

/** Why a change was not taken. */
export type DeltaFault = "full" | "too-large";

/** Appends a change of `lots` at `slot`; null when it was taken. A change is never larger than a whole side may be. */
export function addDelta(deltas: Deltas, slot: number, lots: bigint): DeltaFault | null {
  if (lots > LOTS_MAX || lots < -LOTS_MAX) return "too-large";
  if (deltas.count >= deltas.slots.length) return "full";
  deltas.slots[deltas.count] = slot;
  deltas.lots[deltas.count] = lots;
  deltas.count += 1;
  return null;
}
