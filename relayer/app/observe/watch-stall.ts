import type { Heads } from "../../ports/chain.ts";
import type { Reader } from "./feed.ts";

/** Notices when a chain goes on and its finality does not, which is an alarm of its own: no lag shows it. */
export function createStallWatch({ feed, context }: Reader): (heads: Heads) => void {
  let isStalled = false;
  return ({ latest, finalised }) => {
    const behindSeconds = latest.timestamp - finalised.timestamp;
    const isNow = behindSeconds > feed.finalityStallSeconds;
    context.metrics.finalityStalled(feed.chain.name, isNow);
    if (isNow === isStalled) return;
    isStalled = isNow;
    const facts = { chain: feed.chain.name, head: latest.number, finalised: finalised.number, behindSeconds };
    if (isNow) context.log.error(facts, "finality stalled");
    else context.log.info(facts, "finality moves again");
  };
}
