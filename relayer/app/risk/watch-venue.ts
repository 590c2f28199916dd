import type { Scenario } from "../../domain/risk/scenarios.ts";
import { plainBookOf } from "../../domain/venue/plain-book.ts";
import type { BlockRef } from "../../domain/world/block.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { Checkpoints, VenueCheckpoint } from "../../ports/checkpoints.ts";
import type { VenueCheck } from "../../ports/metrics.ts";
import type { ComponentStatus } from "../../ports/status.ts";
import type { VenueReader } from "../../ports/venue.ts";
import { type CheckpointKeeper, createCheckpointKeeper } from "../checkpoint.ts";
import type { AppContext } from "../context.ts";
import type { Loops } from "../loops.ts";
import { findAncestor } from "../observe/find-ancestor.ts";
import {
  type Contradiction,
  goBackTo,
  type Place,
  readVenueTo,
  recheckReading,
  resumeVenueReading,
  startVenueReading,
  type VenueReading,
} from "./venue-reading.ts";

/** Risk is slow: finality moves no more often than this on any chain that takes its time. */
const PAUSE_MS = 2_000;
/** Contradictions that are logged at once: the first say what is wrong. */
const LOGGED = 3;
const MS = 1_000;

export interface VenueWatch {
  readonly venue: VenueReader;
  readonly maxLogRange: number;
  /** Accounts whose standing is asked of the chain with every reading. */
  readonly accountsChecked: number;
  /** How often everything that is brought forward is summed anew. */
  readonly recheckSeconds: number;
  /** Where an earlier process left off; absent where nothing is kept. */
  readonly checkpoints?: Checkpoints<VenueCheckpoint>;
}

interface Watcher {
  readonly watch: VenueWatch;
  readonly scenarios: readonly Scenario[];
  readonly place: Place;
  readonly context: AppContext;
  readonly keeper: CheckpointKeeper<VenueCheckpoint>;
  reading: VenueReading;
  /** Why there are no figures as of now; null where there are. */
  trouble: string | null;
  /** Whether the last outcome was a contradiction that was gone back from. */
  wentBack: boolean;
  recheckedMs: number;
}

/**
 * Follows one chain's venue at its finalised head, where nothing is undone, and records what risk comes to. A loop of its
 * own; while it fails or contradicts itself there are no new figures, and what was said on old ones ends with its lease.
 */
export function createVenueWatcher(
  watch: VenueWatch,
  { scenarios, place }: { readonly scenarios: readonly Scenario[]; readonly place: Place },
  context: AppContext,
) {
  const { clock, signal } = context;
  const reading = startVenueReading(scenarios, place);
  const kept = { chain: watch.venue.name, what: "venue", store: watch.checkpoints ?? null };
  const keeper = createCheckpointKeeper(context, kept);
  const begun = { reading, trouble: "not read yet", wentBack: false, recheckedMs: clock.nowMs() };
  const watcher: Watcher = { watch, scenarios, place, context, keeper, ...begun };
  let failures = 0;
  let code: string | null = null;

  const turn = async (): Promise<void> => {
    try {
      await follow(watcher);
      [failures, code] = [0, null];
    } catch (thrown) {
      if (signal.aborted) return;
      const error = RelayerError.from(thrown);
      failures += 1;
      code = error.code;
      // A bug, or a checkpoint that nobody could have told from a good one: it must not stand in the way for ever.
      if (error.name === "UNEXPECTED" && !watcher.reading.isProven) await beginAnew(watcher);
      context.metrics.failed(watch.venue.name, error.code);
      if (failures === 1) {
        context.log.warn({ chain: watch.venue.name, err: describeError(error) }, "venue not readable");
      }
    }
  };
  const name = `venue:${watch.venue.name}`;
  return {
    /** Of what was said on old figures some still holds, and what is urgent does not need them: never more than degraded. */
    component(): ComponentStatus {
      const reason = watcher.trouble ?? code;
      return reason === null ? { name, health: "healthy" } : { name, health: "degraded", reason };
    },
    run: (loops: Loops): Promise<void> => loops.run(name, { turn, pause: () => clock.sleep(PAUSE_MS, signal), signal }),
  };
}

async function follow(watcher: Watcher): Promise<void> {
  const { watch, context, keeper } = watcher;
  const { venue } = watch;
  const finalised = context.ledger.world.chains.get(venue.eid)?.finalised.block;
  if (finalised === undefined || finalised.number < venue.startBlock) return;
  await resume(watcher, finalised);
  const { reading } = watcher;
  if (reading.cursor?.hash === finalised.hash && reading.stops.at(-1)?.hash === finalised.hash) return;
  if (!(await isCanonical(reading.cursor, watcher))) return undo(watcher);
  const outcome = await readVenueTo(reading, finalised, { ...watch, signal: context.signal });
  context.metrics.venueChecked(venue.name, "views", outcome.kind === "figures");
  if (outcome.kind === "contradicted") return contradicted(watcher, "views", outcome.by);
  if (!(await recheck(watcher))) return;
  watcher.wentBack = false;
  watcher.trouble = null;
  context.ledger.record({ kind: "venue-seen", eid: venue.eid, figures: outcome.figures });
  await keeper.keepWhenDue(() => ({ at: finalised, book: plainBookOf(reading.column.book) }));
}

/** Takes over what an earlier process had read, and lets go of what a person has taken away. */
async function resume(watcher: Watcher, finalised: BlockRef): Promise<void> {
  const { watch, keeper, scenarios, place } = watcher;
  if (await keeper.wasTakenAway()) startAnew(watcher);
  const { startBlock } = watch.venue;
  const kept = await keeper.recall({ startBlock, finalised }, (at) => isCanonical(at, watcher));
  if (kept === null) return;
  const resumed = resumeVenueReading(kept, scenarios, place);
  if (resumed !== null) {
    watcher.reading = resumed;
    return;
  }
  await keeper.refuse();
  startAnew(watcher);
}

/** Whether the block is in the chain; null is. */
async function isCanonical(block: BlockRef | null, { watch: { venue }, context }: Watcher): Promise<boolean> {
  return block === null || (await venue.block(block.number, context.signal)).hash === block.hash;
}

/** Even what was called final was replaced: goes back to where that is still in the chain, or begins anew. */
async function undo(watcher: Watcher): Promise<void> {
  const { reading, context, watch } = watcher;
  const stop = await findAncestor(reading.stops, (block) => isCanonical(block, watcher));
  const chain = watch.venue.name;
  if (stop !== null && goBackTo(reading, stop)) {
    context.log.error({ chain, to: stop.number }, "venue reorganised beyond finality, gone back");
    return;
  }
  context.log.error({ chain }, "venue reorganised beyond finality, reading it anew");
  await beginAnew(watcher);
}

/** Now and then, everything summed anew. @returns whether figures may be believed */
async function recheck(watcher: Watcher): Promise<boolean> {
  const { watch, context } = watcher;
  const { clock, metrics } = context;
  if (clock.nowMs() - watcher.recheckedMs < watch.recheckSeconds * MS) return true;
  watcher.recheckedMs = clock.nowMs();
  const by = recheckReading(watcher.reading);
  metrics.venueChecked(watch.venue.name, "sums", by.length === 0);
  if (by.length === 0) return true;
  // Wrong here and not on the chain: going back a few blocks would keep whatever is wrong.
  watcher.wentBack = true;
  await contradicted(watcher, "sums", by);
  return false;
}

/** Nothing is published. The first time the blocks since the last agreement are read again, then everything is. */
async function contradicted(watcher: Watcher, check: VenueCheck, by: readonly Contradiction[]): Promise<void> {
  const { watch, context, reading } = watcher;
  const { code } = new RelayerError("EVENT_IMPOSSIBLE", `events of the venue of ${watch.venue.name} are not all there`);
  const facts = { chain: watch.venue.name, code, check, by: by.slice(0, LOGGED) };
  context.metrics.found(watch.venue.name, "disagreement");
  context.metrics.failed(watch.venue.name, code);
  watcher.trouble = `${check} differ: no figures are published`;
  const stop = reading.stops.at(-1);
  if (!watcher.wentBack && stop !== undefined && goBackTo(reading, stop)) {
    watcher.wentBack = true;
    context.log.error({ ...facts, to: stop.number }, "venue contradicts its events, reading them again");
    return;
  }
  context.log.error(facts, "venue contradicts its events, reading it anew");
  await beginAnew(watcher);
}

/** With nothing, and what was kept of it is no hint any more. */
async function beginAnew(watcher: Watcher): Promise<void> {
  await watcher.keeper.forget();
  startAnew(watcher);
}

function startAnew(watcher: Watcher): void {
  watcher.reading = startVenueReading(watcher.scenarios, watcher.place);
  watcher.wentBack = false;
}
