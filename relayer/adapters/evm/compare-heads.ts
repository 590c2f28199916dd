import { RelayerError } from "../../errors.ts";
import type { NodeHealth } from "./node-health.ts";
import { readBlock, readBlockNumber } from "./read-blocks.ts";
import type { PollOutcome, RpcPool, RpcSession } from "./rpc-pool.ts";

/** How often all nodes of a chain are asked how far they are. */
const COMPARE_EVERY_MS = 2_000;
/** Nodes learn of a block one after the other: only who is further behind is behind. */
const BEHIND_BLOCKS = 2;

/** Finds nodes whose heads are not to be gone by: far behind the others', or of blocks that nobody has. */
export interface HeadComparison {
  /** The head that is read from now on is what the node of `health` says it is. Compares from time to time, behind the scenes. */
  noteHead(health: NodeHealth, signal: AbortSignal): void;
  /** What `reading` finds. Where no node has what should be below that head, whoever claimed the head is doubted. */
  below<T>(reading: Promise<T>): Promise<T>;
}

export interface HeadComparisonOptions {
  readonly pool: RpcPool;
  readonly nodes: number;
  readonly nowMs: () => number;
}

/** With one node there is nothing to compare: it is asked whatever it says. */
export function createHeadComparison({ pool, nodes, nowMs }: HeadComparisonOptions): HeadComparison {
  let comparedMs = -Infinity;
  let source: NodeHealth | null = null;
  return {
    noteHead(health, signal) {
      source = health;
      if (nodes === 1 || nowMs() - comparedMs < COMPARE_EVERY_MS) return;
      comparedMs = nowMs();
      // Who does not answer in time is judged by what it says next time.
      void pool.poll(probe, signal, () => false).then(judge, () => undefined);
    },
    async below(reading) {
      try {
        return await reading;
      } catch (error) {
        if (nodes > 1 && RelayerError.from(error).name === "BLOCK_MISSING") source?.doubt();
        throw error;
      }
    },
  };
}

interface Claim {
  readonly health: NodeHealth;
  readonly head: number;
}

/** Who is doubted has to show the block that it calls its head. */
async function probe(session: RpcSession, health: NodeHealth): Promise<Claim> {
  const head = await readBlockNumber(session);
  if (health.isDoubted) await readBlock(session, head);
  return { health, head };
}

function judge(outcomes: readonly PollOutcome<Claim>[]): void {
  const claims = outcomes.flatMap(({ result }) => (result === null ? [] : [result]));
  const best = Math.max(...claims.map(({ head }) => head));
  for (const { health, head } of claims) {
    if (head < best - BEHIND_BLOCKS) health.doubt();
    else health.believe();
  }
}
