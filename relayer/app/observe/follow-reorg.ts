import type { BlockRef } from "../../domain/world/block.ts";
import { type Reader, ask, listStops, requireView } from "./feed.ts";
import { findAncestor } from "./find-ancestor.ts";
import { startReading } from "./start-reading.ts";

/**
 * Makes sure that `latest` continues what was read: undoes what a reorg replaced, and starts anew when even what was
 * called final is gone.
 *
 * @returns false when the node is merely behind, and there is nothing to read
 */
export async function followReorg(reader: Reader, latest: BlockRef, finalised: BlockRef): Promise<boolean> {
  const view = requireView(reader);
  const cursor = view.latest.block;
  if (latest.hash === cursor.hash) return true;
  if (latest.number === cursor.number + 1 && latest.parentHash === cursor.hash) return true;

  const isCanonical = async (block: BlockRef): Promise<boolean> => {
    if (block.number === latest.number) return block.hash === latest.hash;
    return (await ask(reader, "block", (chain, signal) => chain.block(block.number, signal))).hash === block.hash;
  };
  const known = listStops(view).filter(({ number }) => number <= latest.number);
  const last = known.at(-1);
  // A node behind load balancing may be short of the finalised block itself; that is no reorg.
  if (last === undefined) return false;
  if (await isCanonical(last)) return last.hash === cursor.hash;
  await undo(reader, await findAncestor(known.slice(0, -1), isCanonical), finalised);
  return true;
}

async function undo(reader: Reader, ancestor: BlockRef | null, finalised: BlockRef): Promise<void> {
  const { chain } = reader.feed;
  const { ledger, metrics, log } = reader.context;
  const cursor = requireView(reader).latest.block;
  if (ancestor === null) {
    metrics.found(chain.name, "beyond-finality");
    const { block } = requireView(reader).finalised;
    const facts = { cursor: cursor.number, wasFinal: block.number, wasHash: block.hash, isFinal: finalised.number };
    log.error({ chain: chain.name, ...facts }, "chain reorganised beyond finality");
    await reader.finality.condemn(reader, { ...facts, isHash: finalised.hash });
    return startReading(reader, finalised);
  }
  if (reader.verified !== null && reader.verified.number > ancestor.number) reader.verified = null;
  ledger.record({ kind: "rewound", eid: chain.eid, ancestor, cause: "reorg" });
  metrics.reorganised(chain.name, cursor.number - ancestor.number);
  log.warn({ chain: chain.name, from: cursor.number, to: ancestor.number }, "chain reorganised");
}
