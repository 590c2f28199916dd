import type { BlockRef } from "../../domain/world/block.ts";

/**
 * The last of `known` blocks (oldest first) that is still canonical, or null when none is. Once one block was replaced,
 * all after it were, so halving finds it in few requests.
 */
export async function findAncestor(
  known: readonly BlockRef[],
  isCanonical: (block: BlockRef) => Promise<boolean>,
): Promise<BlockRef | null> {
  let canonical = -1;
  let replaced = known.length;
  while (replaced - canonical > 1) {
    const middle = Math.floor((canonical + replaced) / 2);
    const block = known[middle];
    if (block !== undefined && (await isCanonical(block))) canonical = middle;
    else replaced = middle;
  }
  return known[canonical] ?? null;
}
