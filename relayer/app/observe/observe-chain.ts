import { RelayerError, describeError } from "../../errors.ts";
import type { Heads } from "../../ports/chain.ts";
import type { AppContext } from "../context.ts";
import type { Loops } from "../loops.ts";
import { type ChainHealth, createHealth } from "./chain-health.ts";
import { type Feed, type Reader, ask, createReader, requireView, viewOf } from "./feed.ts";
import { createFinalityJudge } from "./judge-finality.ts";
import { followReorg } from "./follow-reorg.ts";
import { compareState, isCompareDue, isConfirmed, readBlocks } from "./read-blocks.ts";
import { startReading } from "./start-reading.ts";
import { createStallWatch } from "./watch-stall.ts";

/** A chain that fails is asked less often, but no less often than this. */
const BACKOFF_MAX_MS = 4_000;

/** One chain's observer: a loop of its own, so that no other chain waits for it. */
export interface Observer {
  readonly feed: Feed;
  readonly health: ChainHealth;
  /** Reads the chain until the context's signal aborts. */
  run(loops: Loops): Promise<void>;
}

export function createObserver(feed: Feed, context: AppContext): Observer {
  const reader = createReader(feed, context, createFinalityJudge());
  const watchStall = createStallWatch(reader);
  const health = createHealth();
  return {
    feed,
    health,
    async run(loops) {
      let isWoken = false;
      let wake = (): void => undefined;
      // A new head cuts the pause short; a websocket that dies only makes it whole again.
      const stopListening = feed.chain.onHead(() => {
        isWoken = true;
        wake();
      });
      const pause = async (): Promise<void> => {
        if (isWoken) return;
        const ms = Math.min(feed.pollMs * 2 ** health.failures, Math.max(feed.pollMs, BACKOFF_MAX_MS));
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        // Where a head comes first the rest of the time runs out unheard: to call it off takes longer than that is worth.
        await Promise.race([promise, context.clock.sleep(ms, context.signal)]);
      };
      const turn = () => {
        const wasWoken = isWoken;
        isWoken = false;
        return takeTurn(reader, { health, watchStall, wasWoken });
      };
      await loops.run(`observe:${feed.chain.name}`, { turn, pause, signal: context.signal });
      stopListening();
    },
  };
}

interface Turn {
  readonly health: ChainHealth;
  readonly watchStall: (heads: Heads) => void;
  /** Whether a new head was announced. Nothing else of an announcement is used. */
  readonly wasWoken: boolean;
}

async function takeTurn(reader: Reader, { health, watchStall, wasWoken }: Turn): Promise<void> {
  const { context, feed } = reader;
  const { chain } = feed;
  try {
    watchStall(await readOnce(reader, wasWoken));
    if (health.failures > 0) context.log.info({ chain: chain.name, failures: health.failures }, "chain readable again");
    health.succeed(context.clock.nowMs());
  } catch (thrown) {
    if (context.signal.aborted) return;
    const error = RelayerError.from(thrown);
    if (health.failures === 0) context.log.warn({ chain: chain.name, err: describeError(error) }, "chain not readable");
    context.metrics.failed(chain.name, error.code);
    health.fail(error.code);
    if (error.fate === "halt") context.halt(error);
  }
}

async function readOnce(reader: Reader, wasWoken: boolean): Promise<Heads> {
  const { chain } = reader.feed;
  const cursor = viewOf(reader)?.latest.block ?? null;
  const next = wasWoken && cursor !== null ? cursor.number + 1 : undefined;
  const heads = await ask(reader, "heads", (asked, signal) => asked.heads(signal, next));
  const { latest, finalised } = heads;
  if (viewOf(reader) === null) await startReading(reader, finalised);
  if (!(await followReorg(reader, latest, finalised))) return heads;
  const { ledger, metrics } = reader.context;
  const hasGap = await readBlocks(reader, latest, heads.events);
  if (hasGap) await compareState(reader, latest);
  const isUsable = finalised.number <= latest.number && (await isConfirmed(reader, finalised, latest));
  await reader.finality.judge(reader, isUsable ? finalised : requireView(reader).finalised.block);
  if (isUsable) ledger.record({ kind: "finalised", eid: chain.eid, block: finalised });
  const view = requireView(reader);
  metrics.chainRead(chain.name, {
    latest: latest.number,
    finalised: view.finalised.block.number,
    lagBlocks: latest.number - view.latest.block.number,
  });
  if (isCompareDue(reader)) await compareState(reader, latest);
  return heads;
}
