import type { BlockId, CutPoint } from "../../domain/decision/decision.ts";
import type { Eid } from "../../domain/eid.ts";
import type { Hex } from "../../domain/hex.ts";
import { isStale, type StatesAtCut, type StatesOfChain } from "../../domain/quorum/claim.ts";
import type { Refusal } from "../../domain/quorum/refusal.ts";
import type { VenueFigures } from "../../domain/risk/figures.ts";
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
  /** Block hash => what risk came to there: only this node's own reading of a venue tells, so the last are kept. */
  readonly figures: Map<Hex, VenueFigures>;
}

/** Looks into the world first, and asks this node's own endpoints for what is not there. Never takes a peer's word. */
export function createCutFinder(context: AppContext, chains: ReadonlyMap<Eid, Chain>): CutFinder {
  const sources: Sources = { context, chains, kept: new Map(), figures: new Map() };
  context.ledger.onChange(({ observation }) => {
    if (observation.kind !== "venue-seen") return;
    sources.figures.set(observation.figures.block.hash, observation.figures);
    for (const hash of sources.figures.keys()) if (sources.figures.size > STATES_KEPT) sources.figures.delete(hash);
  });
  return async (cut, signal) => {
    const found = await Promise.all(cut.map((point) => findPoint(sources, point, signal)));
    const states = new Map<Eid, StatesOfChain>();
    for (const [index, { eid }] of cut.entries()) {
      const at = found[index] ?? "unknown-block";
      if (typeof at === "string") return at;
      states.set(eid, at);
    }
    return states;
  };
}

async function findPoint(sources: Sources, point: CutPoint, signal: AbortSignal): Promise<StatesOfChain | Refusal> {
  const { eid } = point;
  const [latest, finalised, venue] = await Promise.all([
    waitFor(sources, signal, () => lookFor(sources, eid, { id: point.latest, signal })),
    waitFor(sources, signal, () => lookFor(sources, eid, { id: point.finalised, signal })),
    waitFor(sources, signal, () => Promise.resolve(figuresAt(sources, point))),
  ]);
  if (typeof latest === "string") return latest;
  if (typeof finalised === "string") return finalised;
  if (typeof venue === "string") return venue;
  const view = viewOf(sources, eid);
  if (isStale(latest.block.timestamp, view?.latest.block.timestamp ?? 0)) return "stale-cut";
  return { latest, finalised, venue, ...(view?.isSuspect === true ? { isSuspect: true } : {}) };
}

function figuresAt({ figures }: Sources, { eid, venue }: CutPoint): VenueFigures | Refusal | null {
  if (venue === null) return null;
  const found = figures.get(venue.hash);
  return found?.eid === eid ? found : "unknown-block";
}

async function waitFor<T>(
  { context: { clock } }: Sources,
  signal: AbortSignal,
  look: () => Promise<T | Refusal>,
): Promise<T | Refusal> {
  const untilMs = clock.nowMs() + CUT_WAIT_MS;
  for (;;) {
    const found = await look();
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
