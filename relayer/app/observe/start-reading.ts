import type { BlockRef } from "../../domain/world/block.ts";
import { type Reader, ask } from "./feed.ts";

/** Begins with the state at the finalised block. Nothing else is needed, whatever was lost (P15). */
export async function startReading(reader: Reader, finalised: BlockRef): Promise<void> {
  const { context, feed } = reader;
  const { chain } = feed;
  const snapshot = await ask(reader, "snapshot", (asked, signal) => asked.snapshot(finalised, signal));
  context.ledger.record({ kind: "snapshot-taken", eid: chain.eid, snapshot });
  reader.verified = finalised;
  reader.comparedMs = context.clock.nowMs();
  context.log.info({ chain: chain.name, block: finalised.number, seq: snapshot.seq }, "chain started");
}
