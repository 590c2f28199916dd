import type { BlockRef } from "./block.ts";

/** More than this many are thinned out: a chain whose finality stalls for days must not fill the memory. */
export const CHECKPOINTS_MAX = 512;
/** How many of the latest stay complete: reorgs are rarely deeper, and then cost no extra reading. */
export const CHECKPOINTS_DENSE = 128;

/** `checkpoints` and `block`. Too many: of the older ones every second goes, so old history stays, but coarser. */
export function thinCheckpoints(checkpoints: readonly BlockRef[], block: BlockRef): readonly BlockRef[] {
  const all = [...checkpoints, block];
  if (all.length <= CHECKPOINTS_MAX) return all;
  const older = all.slice(0, -CHECKPOINTS_DENSE);
  return [...older.filter((_, index) => index % 2 === 0), ...all.slice(-CHECKPOINTS_DENSE)];
}
