import type { Scenario } from "../../domain/risk/scenarios.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { VenueReader } from "../../ports/venue.ts";
import type { AppContext } from "../context.ts";
import type { Loops } from "../loops.ts";
import { type VenueReading, readVenueTo, startVenueReading } from "./venue-reading.ts";

/** Risk is slow: finality moves no more often than this on any chain that takes its time. */
const PAUSE_MS = 2_000;

export interface VenueWatch {
  readonly venue: VenueReader;
  readonly maxLogRange: number;
}

/**
 * Follows one chain's venue at its finalised head, where nothing is undone, and records what risk comes to. A loop of its
 * own; while it fails or contradicts itself there are no new figures, and what was said on old ones ends with its lease.
 */
export function createVenueWatcher(watch: VenueWatch, scenarios: readonly Scenario[], context: AppContext) {
  const { clock, signal } = context;
  let reading = startVenueReading(scenarios);
  const state = { failures: 0 };

  const turn = async (): Promise<void> => {
    try {
      reading = await follow(watch, reading, { scenarios, context });
      state.failures = 0;
    } catch (thrown) {
      if (signal.aborted) return;
      const error = RelayerError.from(thrown);
      state.failures += 1;
      context.metrics.failed(watch.venue.name, error.code);
      if (state.failures === 1) {
        context.log.warn({ chain: watch.venue.name, err: describeError(error) }, "venue not readable");
      }
    }
  };
  return {
    run: (loops: Loops): Promise<void> =>
      loops.run(`venue:${watch.venue.name}`, { turn, pause: () => clock.sleep(PAUSE_MS, signal), signal }),
  };
}

interface Following {
  readonly scenarios: readonly Scenario[];
  readonly context: AppContext;
}

/** @returns the reading to go on with: a new one where the old one cannot be believed */
async function follow(
  { venue, maxLogRange }: VenueWatch,
  reading: VenueReading,
  { scenarios, context }: Following,
): Promise<VenueReading> {
  const { ledger, log, metrics, signal } = context;
  const finalised = ledger.world.chains.get(venue.eid)?.finalised.block;
  if (finalised === undefined || finalised.number < venue.startBlock) return reading;
  if (reading.cursor?.hash === finalised.hash) return reading;
  if (await isUndone(reading, venue, signal)) {
    log.error({ chain: venue.name }, "venue reorganised beyond finality, reading it anew");
    return startVenueReading(scenarios);
  }
  const outcome = await readVenueTo(reading, finalised, { venue, maxLogRange, signal });
  if (outcome.kind === "figures") {
    ledger.record({ kind: "venue-seen", eid: venue.eid, figures: outcome.figures });
    return reading;
  }
  metrics.found(venue.name, "disagreement");
  log.error({ chain: venue.name, by: outcome.by.slice(0, 3) }, "venue contradicts its events, reading it anew");
  return startVenueReading(scenarios);
}

/** Whether the last block that was read is no longer there. */
async function isUndone({ cursor }: VenueReading, venue: VenueReader, signal: AbortSignal): Promise<boolean> {
  return cursor !== null && (await venue.block(cursor.number, signal)).hash !== cursor.hash;
}
