/** As `Promise.all` over `items.map(run)`, with at most `limit` running at once. Results keep the order of items. */
export async function mapAtMost<Item, Result>(
  limit: number,
  items: readonly Item[],
  run: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const lane = async () => {
    // All lanes draw from one iterator, so that each item is taken once.
    for (const [index, item] of waiting) results[index] = await run(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}

/** Chains that are set up at once: more would only wait for the same processor, and time out while they do. */
export const CHAINS_AT_ONCE = 5;
