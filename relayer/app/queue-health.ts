import { describeError } from "../errors.ts";
import type { ActionQueue } from "../ports/queue.ts";
import type { AppContext } from "./context.ts";
import { withDeadline } from "./deadline.ts";

/** The queue is asked this often, and may take this long to answer. */
const PROBE_EVERY_MS = 5_000;
const PROBE_MS = 2_000;

export interface QueueHealth {
  readonly isHealthy: boolean;
  /** Asks the queue if it is time to. Does not wait for the answer. */
  probe(): void;
}

/** Knows whether the queue answers. Says so once when that changes. */
export function createQueueHealth({ clock, signal, log }: AppContext, queue: ActionQueue): QueueHealth {
  let isHealthy = true;
  let probedMs: number | null = null;

  const turn = (isUp: boolean, error?: unknown): void => {
    if (signal.aborted) return;
    if (isHealthy && !isUp) log.error({ err: describeError(error) }, "queue down, going on without");
    if (!isHealthy && isUp) log.info({}, "queue up again");
    isHealthy = isUp;
  };

  return {
    get isHealthy() {
      return isHealthy;
    },
    probe() {
      if (probedMs !== null && clock.nowMs() < probedMs + PROBE_EVERY_MS) return;
      probedMs = clock.nowMs();
      const deadline = { clock, ms: PROBE_MS, signal, what: "queue", failsAs: "QUEUE_UNAVAILABLE" } as const;
      withDeadline(deadline, () => queue.counts()).then(
        () => turn(true),
        (error: unknown) => turn(false, error),
      );
    },
  };
}
