import { MARKETS } from "../incident/posture.ts";
import { type Deltas, SIDES, SLOTS_PER_CHAIN } from "./deltas.ts";
import { LOT_BITS } from "../venue/fine.ts";

/**
 * Open interest of a mesh: both sides of every market on every chain, and their sums, in lots. 64-bit integers, exact. A
 * lot is the unit in which traders trade; what a tear-up leaves of one is kept apart ({@link addRest}) and never rounded.
 */
export interface Exposure {
  readonly chains: number;
  /** By slot: chain, market, side. */
  readonly cells: BigInt64Array;
  /** Sums of `cells`, kept up to date with them: by chain and side, by market and side, by side. */
  readonly byChain: BigInt64Array;
  readonly byMarket: BigInt64Array;
  readonly mesh: BigInt64Array;
  /** By cell, chain and market: 1 once something changed there since {@link takeDirty}. */
  readonly dirty: Uint8Array;
  /** Fine size beyond whole lots, by slot: from 0 to below that of a lot. Absent where there is none. */
  readonly rests: Map<number, bigint>;
}

/** Past this a cell is refused: far above what any venue allows, far below what 64 bits hold. */
export const CELL_MAX = 1n << 62n;

/** With changes of at most 2^40 each, so many in a row cannot leave 64 bits between two looks at the bounds. */
const CHUNK = 1 << 16;

/** A cell left its bounds. `negative`: more was closed than was ever opened, so events are missing. */
export interface ExposureFault {
  readonly kind: "negative" | "overflow";
  readonly slot: number;
  readonly lots: bigint;
}

export function createExposure(chains: number): Exposure {
  return {
    chains,
    cells: new BigInt64Array(chains * SLOTS_PER_CHAIN),
    byChain: new BigInt64Array(chains * SIDES.length),
    byMarket: new BigInt64Array(SLOTS_PER_CHAIN),
    mesh: new BigInt64Array(SIDES.length),
    dirty: new Uint8Array(chains * MARKETS),
    rests: new Map(),
  };
}

/**
 * Adds all of `deltas`, or nothing: when a cell is out of bounds at the end of a chunk, what was added is taken back.
 *
 * @returns what is wrong, or null. `slots` outside the shape are the caller's fault and are dropped by typed arrays.
 */
export function applyDeltas(exposure: Exposure, deltas: Deltas): ExposureFault | null {
  for (let from = 0; from < deltas.count; from += CHUNK) {
    const to = Math.min(from + CHUNK, deltas.count);
    scatter(exposure, deltas, { from, to });
    const fault = findFault(exposure);
    if (fault === null) continue;
    takeBack(exposure, deltas, to);
    return fault;
  }
  return null;
}

/** Takes `deltas` back, as a reorg does. What was added can always be taken back. */
export function undoDeltas(exposure: Exposure, deltas: Deltas): void {
  takeBack(exposure, deltas, deltas.count);
}

/** The hot loop: four additions and a flag. Five lines, because a call or a check more is a third of its time. */
function scatter(
  { cells, byChain, byMarket, mesh, dirty }: Exposure,
  { slots, lots }: Deltas,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  for (let index = from; index < to; index += 1) {
    const slot = slots[index] as number;
    const change = lots[index] as bigint;
    cells[slot] = (cells[slot] as bigint) + change;
    byChain[((slot >> 6) << 1) | (slot & 1)] = (byChain[((slot >> 6) << 1) | (slot & 1)] as bigint) + change;
    byMarket[slot & 63] = (byMarket[slot & 63] as bigint) + change;
    mesh[slot & 1] = (mesh[slot & 1] as bigint) + change;
    dirty[slot >> 1] = 1;
  }
}

function takeBack(exposure: Exposure, { slots, lots }: Deltas, count: number): void {
  const back = { slots: slots.subarray(0, count), lots: lots.slice(0, count).map((change) => -change), count };
  scatter(exposure, back, { from: 0, to: count });
}

function findFault({ cells }: Exposure): ExposureFault | null {
  for (let slot = 0; slot < cells.length; slot += 1) {
    const lots = cells[slot] as bigint;
    if (lots < 0n) return { kind: "negative", slot, lots };
    if (lots > CELL_MAX) return { kind: "overflow", slot, lots };
  }
  return null;
}

/** Adds to what a slot holds beyond whole lots. @returns the whole lots that come out of it, for {@link applyDeltas}. */
export function addRest({ rests }: Exposure, slot: number, fine: bigint): bigint {
  const sum = (rests.get(slot) ?? 0n) + fine;
  const rest = BigInt.asUintN(LOT_BITS, sum);
  if (rest === 0n) rests.delete(slot);
  else rests.set(slot, rest);
  return (sum - rest) >> BigInt(LOT_BITS);
}

/** Cells that changed since the last call, as chain times 32 plus market, ascending. */
export function takeDirty({ dirty }: Exposure): readonly number[] {
  const changed: number[] = [];
  dirty.forEach((flag, cell) => {
    if (flag === 1) changed.push(cell);
  });
  dirty.fill(0);
  return changed;
}
