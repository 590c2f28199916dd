import { type ErrorName, RelayerError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";

export interface Deadline {
  readonly clock: Clock;
  readonly ms: number;
  /** Ends the wait early. */
  readonly signal: AbortSignal;
  /** What is waited for, for the message. */
  readonly what: string;
  /** Under which name it fails. */
  readonly failsAs: ErrorName;
}

/**
 * Does `work`, but waits no longer than the deadline, whether or not `work` heeds the signal that it is given.
 *
 * @throws RelayerError `failsAs`, and whatever `work` throws
 */
export async function withDeadline<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, ms, signal, what, failsAs } = deadline;
  const bound = new AbortController();
  const end = (): void => bound.abort();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const expiry = clock.sleep(ms, bound.signal).then(() => {
    const text = signal.aborted ? `${what} was stopped` : `${what} took longer than ${ms} ms`;
    throw new RelayerError(failsAs, text, { what, ms });
  });
  try {
    return await Promise.race([work(bound.signal), expiry]);
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
}
