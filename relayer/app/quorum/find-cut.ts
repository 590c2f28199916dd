import type { BlockId, CutPoint } from "../../domain/decision/decision.ts";
import type { Eid } from "../../domain/eid.ts";
import type { Hex } from "../../domain/hex.ts";
import { isStale, type StatesAtCut } from "../../domain/quorum/claim.ts";
import type { Refusal } from "../../domain/quorum/refusal.ts";
import { foldBatches } from "../../domain/world/fold.ts";
import type { ChainView, StateAt } from "../../domain/world/world.ts";
import { RelayerError } from "../../errors.ts";
import type { Chain } from "../../ports/chain.ts";
import type { AppContext } from "../context.ts";
import { withDeadline } from "../deadline.ts";

/** How long a block of a peer's cut is waited for: a node that polls slower than the peer is seconds behind. */
export const CUT_WAIT_MS = 1_500;
const LOOK_EVERY_MS = 100;
/** Asking an endpoint for one block, or one state, may take this long. */
const READ_MS = 1_500;
/** States read from endpoints that are kept: a peer that repeats itself costs nothing. */
const STATES_KEPT = 64;

/** Finds what this node itself knows of the blocks that a peer's decision looked at. */
export type CutFinder = (cut: readonly CutPoint[], signal: AbortSignal) => Promise<StatesAtCut | Refusal>;

interface Sources {
  readonly context: AppContext;
  readonly chains: ReadonlyMap<Eid, Chain>;
  /** Block hash => state there. */
  readonly kept: Map<Hex, StateAt>;
}

/** Looks into the world first, and asks this node's own endpoints for what is not there. Never takes a peer's word. */
export function createCutFinder(context: AppContext, chains: ReadonlyMap<Eid, Chain>): CutFinder {
  const sources: Sources = { context, chains, kept: new Map() };
  return async (cut, signal) => {
    const found = await Promise.all(cut.map((point) => findPoint(sources, point, signal)));
    const states = new Map<Eid, { latest: StateAt; finalised: StateAt }>();
    for (const [index, { eid }] of cut.entries()) {
      const at = found[index] ?? "unknown-block";
      if (typeof at === "string") return at;
      states.set(eid, at);
    }
    return states;
  };
}

async function findPoint(
  sources: Sources,
  point: CutPoint,
  signal: AbortSignal,
): Promise<{ latest: StateAt; finalised: StateAt } | Refusal> {
  const [latest, finalised] = await Promise.all([
    waitForState(sources, point.eid, { id: point.latest, signal }),
    waitForState(sources, point.eid, { id: point.finalised, signal }),
  ]);
  if (typeof latest === "string") return latest;
  if (typeof finalised === "string") return finalised;
  const headTime = viewOf(sources, point.eid)?.latest.block.timestamp ?? 0;
  return isStale(latest.block.timestamp, headTime) ? "stale-cut" : { latest, finalised };
}

async function waitForState(
  sources: Sources,
  eid: Eid,
  { id, signal }: { id: BlockId; signal: AbortSignal },
): Promise<StateAt | Refusal> {
  const { clock } = sources.context;
  const untilMs = clock.nowMs() + CUT_WAIT_MS;
  for (;;) {
    const found = await lookFor(sources, eid, { id, signal });
    const isFinal = typeof found !== "string" || found === "unreadable";
    if (isFinal || clock.nowMs() >= untilMs || signal.aborted) return found;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

async function lookFor(
  sources: Sources,
  eid: Eid,
  { id, signal }: { id: BlockId; signal: AbortSignal },
): Promise<StateAt | Refusal> {
  const view = viewOf(sources, eid);
  const known = sources.kept.get(id.hash) ?? (view === null ? null : stateIn(view, id));
  if (known !== null) return known;
  // The hash names the block, but only a node of our own can say that it is in the chain.
  try {
    return await readState(sources, eid, { id, signal });
  } catch (thrown) {
    const { name } = RelayerError.from(thrown);
    if (name === "BLOCK_MISSING") return "unknown-block";
    return name === "BLOCK_REPLACED" ? "other-hash" : "unreadable";
  }
}

/** The state at `id` as far as it can be folded from what was read; null when reading did not stop there. */
function stateIn({ finalised, batches, checkpoints, latest }: ChainView, id: BlockId): StateAt | null {
  if (latest.block.hash === id.hash) return latest;
  const block = [finalised.block, ...checkpoints].find(({ hash }) => hash === id.hash);
  if (block === undefined) return null;
  const upTo = batches.filter(({ number }) => number <= block.number);
  return { block, state: foldBatches(finalised.state, upTo) };
}

async function readState(
  { context, chains, kept }: Sources,
  eid: Eid,
  { id, signal }: { id: BlockId; signal: AbortSignal },
): Promise<StateAt> {
  const chain = chains.get(eid);
  if (chain === undefined) throw new RelayerError("CHAIN_UNKNOWN", "no chain has this endpoint id", { eid });
  const { clock } = context;
  const what = `block ${id.number} of ${chain.name}`;
  const deadline = { clock, ms: READ_MS, signal, what, failsAs: "RPC_UNAVAILABLE" } as const;
  const at = await withDeadline(deadline, async (bound) => {
    const block = await chain.block(id.number, bound);
    if (block.hash !== id.hash) throw new RelayerError("BLOCK_REPLACED", `${what} has another hash`, { eid });
    const { block: pinned, ...state } = await chain.snapshot(block, bound);
    return { block: pinned, state };
  });
  kept.set(id.hash, at);
  for (const hash of kept.keys()) if (kept.size > STATES_KEPT) kept.delete(hash);
  return at;
}

function viewOf({ context }: Sources, eid: Eid): ChainView | null {
  return context.ledger.world.chains.get(eid) ?? null;
}
