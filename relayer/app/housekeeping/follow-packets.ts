import type { Eid } from "../../domain/eid.ts";
import type { PacketChain, PacketsStarted } from "../../domain/packet/packet-book.ts";
import type { ChainView } from "../../domain/world/world.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { Chain } from "../../ports/chain.ts";
import type { PacketCheckpoint } from "../../ports/checkpoints.ts";
import { type CheckpointKeeper, createCheckpointKeeper } from "../checkpoint.ts";
import type { AppContext } from "../context.ts";
import { withDeadline } from "../deadline.ts";
import type { Loops } from "../loops.ts";
import type { KeptChain } from "./kept-chain.ts";
import type { PacketLedger } from "./packet-ledger.ts";

/** One request to a node, with all its retries inside the adapter, may take this long. */
const REQUEST_MS = 10_000;
/** How often the receive libraries' configuration is read again. */
const PATHWAYS_EVERY_MS = 600_000;

export interface FollowOptions {
  readonly kept: KeptChain;
  readonly peers: readonly Eid[];
  readonly packets: PacketLedger;
  /** Blocks before the finalised one from which on packets are read at a start. */
  readonly lookbackBlocks: number;
}

/** What a follower keeps in mind between turns. Everything else is in the book. */
interface Follower extends FollowOptions {
  readonly context: AppContext;
  readonly keeper: CheckpointKeeper<PacketCheckpoint>;
  /** Grows with everything that undoes blocks: what was asked for before is worthless then. */
  undone: number;
  mustStart: boolean;
  pathwaysMs: number;
  failures: number;
}

/**
 * Follows the packets of one chain behind the observer of its blocks: reads exactly what that one has read, pinned to the
 * same blocks, and undoes what it undoes. A loop of its own, so that no urgent reading waits for it.
 */
export function followPackets(context: AppContext, options: FollowOptions, loops: Loops): Promise<void> {
  const { chain, pollMs, checkpoints: store = null } = options.kept;
  const keeper = createCheckpointKeeper(context, { chain: chain.name, what: "packets", store });
  const begun = { undone: 0, mustStart: true, pathwaysMs: 0, failures: 0 };
  const follower: Follower = { ...options, context, keeper, ...begun };
  context.ledger.onChange(({ observation }) => {
    if (!("eid" in observation) || observation.eid !== chain.eid) return;
    if (observation.kind === "snapshot-taken") {
      follower.undone += 1;
      follower.mustStart = true;
    }
    if (observation.kind === "rewound") {
      const { eid, ancestor } = observation;
      follower.undone += 1;
      options.packets.record({ kind: "packets-rewound", eid, ancestor, atMs: context.clock.nowMs() });
    }
  });
  return loops.run(`messages:${chain.name}`, {
    turn: () => takeTurn(follower),
    pause: () => context.clock.sleep(pollMs, context.signal),
    signal: context.signal,
  });
}

async function takeTurn(follower: Follower): Promise<void> {
  const { context, kept } = follower;
  const { name, eid } = kept.chain;
  const view = context.ledger.world.chains.get(eid);
  if (view === undefined) return;
  try {
    if (await follower.keeper.wasTakenAway()) follower.mustStart = true;
    if (follower.mustStart) await start(follower, view);
    else await readOn(follower, view);
    if (follower.failures > 0)
      context.log.info({ chain: name, failures: follower.failures }, "messages readable again");
    follower.failures = 0;
  } catch (thrown) {
    if (context.signal.aborted) return;
    const error = RelayerError.from(thrown);
    if (follower.failures === 0) context.log.warn({ chain: name, err: describeError(error) }, "messages not readable");
    context.metrics.failed(name, error.code);
    follower.failures += 1;
    if (error.fate === "halt") context.halt(error);
  }
}

/**
 * Begins at the finalised block, with what happened in the blocks before it; or where an earlier process left off, however
 * long ago that was.
 */
async function start(follower: Follower, view: ChainView): Promise<void> {
  const { kept, peers } = follower;
  const { eid } = kept.chain;
  const at = view.finalised.block;
  const undone = follower.undone;
  const pathways = await ask(follower, (signal) => kept.messaging.pathways(peers, at, signal));
  const checkpoint = await follower.keeper.recall({ startBlock: kept.startBlock, finalised: at }, async (of) => {
    return (await ask(follower, (signal, chain) => chain.block(of.number, signal))).hash === of.hash;
  });
  if (checkpoint !== null) {
    if (follower.undone !== undone) return;
    return begin(follower, { eid, at: checkpoint.at, known: checkpoint.facts, events: [], pathways });
  }
  const range = { from: Math.max(kept.startBlock, at.number - follower.lookbackBlocks), to: at.number };
  const events = await ask(follower, (signal) => kept.messaging.packetEvents(range, at, signal));
  if (follower.undone !== undone) return;
  begin(follower, { eid, at, events, pathways });
}

function begin(follower: Follower, started: Omit<PacketsStarted, "kind" | "atMs">): void {
  const atMs = follower.context.clock.nowMs();
  follower.packets.record({ kind: "packets-started", ...started, atMs });
  follower.mustStart = false;
  follower.pathwaysMs = atMs;
}

/** Only where it is exactly the finalised block up to which everything was read: what is kept is whole, and final. */
async function keep({ packets, keeper, kept }: Follower, { finalised }: ChainView): Promise<void> {
  const known = packets.book.chains.get(kept.chain.eid);
  if (known?.finalNumber !== finalised.block.number) return;
  await keeper.keepWhenDue(() => ({ at: finalised.block, facts: known.final }));
}

async function readOn(follower: Follower, view: ChainView): Promise<void> {
  const { kept, packets, context, peers } = follower;
  const { eid } = kept.chain;
  const nowMs = context.clock.nowMs();
  const known = packets.book.chains.get(eid);
  if (known === undefined) return;
  await readBlocks(follower, { view, known });
  packets.record({ kind: "packets-final", eid, number: view.finalised.block.number, atMs: nowMs });
  await keep(follower, view);
  if (nowMs < follower.pathwaysMs + PATHWAYS_EVERY_MS) return;
  const at = view.finalised.block;
  const pathways = await ask(follower, (signal) => kept.messaging.pathways(peers, at, signal));
  packets.record({ kind: "pathways-read", eid, pathways, atMs: nowMs });
  follower.pathwaysMs = nowMs;
}

async function readBlocks(
  follower: Follower,
  { view, known }: { readonly view: ChainView; readonly known: PacketChain },
): Promise<void> {
  const { kept, packets, context } = follower;
  const head = view.latest.block;
  const undone = follower.undone;
  for (let from = known.cursor.number + 1; from <= head.number;) {
    const to = Math.min(from + kept.maxLogRange - 1, head.number);
    const last = to === head.number ? head : await ask(follower, (signal, chain) => chain.block(to, signal));
    const events = await ask(follower, (signal) => kept.messaging.packetEvents({ from, to }, last, signal));
    if (follower.undone !== undone) return;
    const { eid } = kept.chain;
    packets.record({ kind: "packets-read", eid, to: last, events, atMs: context.clock.nowMs() });
    from = to + 1;
  }
}

function ask<T>({ kept, context }: Follower, request: (signal: AbortSignal, chain: Chain) => Promise<T>): Promise<T> {
  const { clock, signal } = context;
  const what = `messages of ${kept.chain.name}`;
  const deadline = { clock, ms: REQUEST_MS, signal, what, failsAs: "RPC_UNAVAILABLE" } as const;
  return withDeadline(deadline, (bound) => request(bound, kept.chain));
}
