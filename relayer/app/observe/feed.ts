import type { BlockRef } from "../../domain/world/block.ts";
import type { ChainView } from "../../domain/world/world.ts";
import { RelayerError } from "../../errors.ts";
import type { Chain } from "../../ports/chain.ts";
import type { AppContext } from "../context.ts";
import { withDeadline } from "../deadline.ts";

/** One request to a node, with all its retries inside the adapter, may take this long. */
const REQUEST_MS = 10_000;

/** A chain and how to read it. */
export interface Feed {
  readonly chain: Chain;
  readonly pollMs: number;
  /** Blocks in one request for logs. */
  readonly maxLogRange: number;
  /** Endpoints that have to tell the same of a finalised state before it extends or renews anything. */
  readonly quorum: number;
  /** Seconds of chain time that the finalised head may be behind. */
  readonly finalityStallSeconds: number;
}

/** Judges one chain's finality. */
export interface FinalityJudge {
  /** Says whether what the chain calls final at `finalised` may extend or renew anything, and records a change of that. */
  judge(reader: Reader, finalised: BlockRef): Promise<void>;
  /** The chain took back what was final: raises the guard, on disk before anything else is done. */
  condemn(reader: Reader, facts: Readonly<Record<string, string | number>>): Promise<void>;
}

/** What a reader of one chain keeps in mind between turns. Everything else is in the world. */
export interface Reader {
  readonly feed: Feed;
  readonly context: AppContext;
  /** The last block at which the chain's own state agreed with what was folded. */
  verified: BlockRef | null;
  /** Wall time of the last comparison. */
  comparedMs: number;
  readonly finality: FinalityJudge;
}

export function createReader(feed: Feed, context: AppContext, finality: FinalityJudge): Reader {
  return { feed, context, verified: null, comparedMs: 0, finality };
}

/** Asks the node, within a bounded time. */
export function ask<T>(
  reader: Reader,
  what: string,
  request: (chain: Chain, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, signal } = reader.context;
  const { chain } = reader.feed;
  const deadline = {
    clock,
    ms: REQUEST_MS,
    signal,
    what: `${what} of ${chain.name}`,
    failsAs: "RPC_UNAVAILABLE",
  } as const;
  return withDeadline(deadline, (bound) => request(chain, bound));
}

export function viewOf({ feed, context }: Reader): ChainView | null {
  return context.ledger.world.chains.get(feed.chain.eid) ?? null;
}

/** The view of a chain that was started. */
export function requireView(reader: Reader): ChainView {
  const view = viewOf(reader);
  if (view !== null) return view;
  throw new RelayerError("UNEXPECTED", "a chain is read before its first snapshot", { eid: reader.feed.chain.eid });
}

/** Blocks that reading stopped at and that can be led back to, oldest first. */
export function listStops({ finalised, checkpoints, latest }: ChainView): readonly BlockRef[] {
  return [finalised.block, ...checkpoints, latest.block];
}
