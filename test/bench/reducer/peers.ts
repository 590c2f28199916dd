import { type Deltas, SLOTS_PER_CHAIN } from "../../../relayer/domain/exposure/deltas.ts";

/** The way it is usually written: maps by name, big integers. The same sums. */
export function reduceIdiomatically({ slots, lots, count }: Deltas): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  const add = (key: string, change: bigint) => sums.set(key, (sums.get(key) ?? 0n) + change);
  for (let index = 0; index < count; index += 1) {
    const [slot, change] = [slots[index] ?? 0, lots[index] ?? 0n];
    const [chain, inChain] = [Math.floor(slot / SLOTS_PER_CHAIN), slot % SLOTS_PER_CHAIN];
    add(`${String(chain)}:${String(inChain)}`, change);
    add(`chain:${String(chain)}:${String(slot % 2)}`, change);
    add(`market:${String(inChain)}`, change);
    add(`mesh:${String(slot % 2)}`, change);
  }
  return sums;
}

/** Where there is no C compiler: the cells alone, without sums, flags and bounds. */
export function scatterCells({ slots, lots, count }: Deltas, cells: BigInt64Array): void {
  for (let index = 0; index < count; index += 1) {
    const slot = slots[index] as number;
    cells[slot] = (cells[slot] as bigint) + (lots[index] as bigint);
  }
}
