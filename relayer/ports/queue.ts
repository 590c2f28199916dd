import type { SignedAction } from "../domain/action/action.ts";
import type { Hex } from "../domain/hex.ts";

/** An action and when its job is to run for the first time. */
export interface QueuedAction extends SignedAction {
  /** Milliseconds from now. What the emergency lane has sent already is only looked after. */
  readonly delayMs: number;
}

/** What one decision asks for: the parent of a flow, and one child for each action. */
export interface DecisionBatch {
  /** Hash of the decision. Together with the actions' ids it names the jobs, so that a repeat makes no second one. */
  readonly decision: Hex;
  readonly actions: readonly QueuedAction[];
}

/** One destination's job. Complete in itself: after a restart nothing but this and the chain is left. */
export type ActionJob = SignedAction;

/** Called with one job at a time for each destination. See {@link ActionQueue.start} for what its outcome means. */
export type ActionHandler = (job: ActionJob, signal: AbortSignal) => Promise<void>;

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
}

/** A job that was given up, kept until it is taken up again or too old. */
export interface DeadLetter {
  readonly id: string;
  readonly queue: string;
  readonly kind: string;
  /** Why, with its code. */
  readonly reason: string;
  readonly failedAtMs: number;
  readonly attempts: number;
}

/**
 * Durable repeats of actions. A cache like every store: it may lose everything at any moment, and no tightening waits
 * for it. Implemented by `adapters/queue` and, in tests, by `FakeQueue`.
 */
export interface ActionQueue {
  /**
   * Adds the jobs of a decision that are not there yet. Of jobs that can wait (kind `settle`), a later one for the same
   * destination takes the place of an earlier one that has not begun.
   *
   * @throws RelayerError `retry` at once (well under a second) when the store is down: never waits for it to come back
   */
  enqueue(batch: DecisionBatch): Promise<void>;

  /**
   * Begins to run jobs; each destination has a queue of its own, so that one does not wait for another. A handler that
   * returns has finished its job. One that throws a `RelayerError` of fate `retry` is run again with back-off, a
   * bounded number of times; any other fate puts the job among the failed ones, where it is kept. Handlers are safe
   * to run twice, even at once.
   */
  start(handler: ActionHandler): void;

  /** Jobs by state over all destinations. @throws RelayerError `retry` when the store is down */
  counts(): Promise<QueueCounts>;

  /** Jobs that were given up, over all destinations. @throws RelayerError `retry` when the store is down */
  deadLetters(): Promise<readonly DeadLetter[]>;

  /**
   * Has the dead letter of that id, or all of them, run again from the beginning. What is not open any more ends at once.
   *
   * @returns how many
   * @throws RelayerError `retry` when the store is down
   */
  retry(id: string | null): Promise<number>;

  /** Stops taking jobs, waits a bounded time for running ones, disconnects. */
  close(): Promise<void>;
}
