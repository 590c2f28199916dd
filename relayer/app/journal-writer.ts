import { describeError } from "../errors.ts";
import type { Journal, JournalEntry } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import type { Metrics } from "../ports/metrics.ts";

/** Entries that may wait for the store. Beyond that they are dropped: the journal must not fill the memory. */
const BACKLOG_MAX = 10_000;

export interface JournalWriter {
  /** Queues an entry. Never throws, never waits. */
  write(entry: JournalEntry): void;
  /** Whether the last entry was written. */
  isHealthy(): boolean;
  /** Waits for what is queued. */
  drain(): Promise<void>;
}

/** Writes entries one after the other, behind everybody's back: no action waits for the journal. */
export function createJournalWriter(journal: Journal, { log, metrics }: { log: Log; metrics: Metrics }): JournalWriter {
  let waiting = 0;
  let healthy = true;
  let tail = Promise.resolve();

  const turn = (isHealthy: boolean, error?: unknown): void => {
    if (!isHealthy) metrics.failed("journal", describeError(error).code ?? "");
    if (healthy && !isHealthy) log.error({ err: describeError(error) }, "journal not written");
    if (!healthy && isHealthy) log.info({}, "journal written again");
    healthy = isHealthy;
  };

  return {
    write(entry) {
      if (waiting >= BACKLOG_MAX) return metrics.failed("journal", "dropped");
      waiting += 1;
      tail = tail
        .then(() => journal.append(entry))
        .then(
          () => turn(true),
          (error: unknown) => turn(false, error),
        )
        .then(() => void (waiting -= 1));
    },
    isHealthy: () => healthy,
    drain: () => tail,
  };
}
