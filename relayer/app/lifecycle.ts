import { RelayerError, describeError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";

/** How long one thing may take to stop before the next one is stopped anyway. */
const STOP_MS = 10_000;

interface Stoppable {
  readonly name: string;
  readonly stop: () => Promise<unknown>;
}

/** Stops what was started, last first, each within its own time. */
export class Lifecycle {
  readonly #things: Stoppable[] = [];
  readonly #abort = new AbortController();
  readonly #log: Log;
  readonly #clock: Clock;
  #stopped: Promise<void> | null = null;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Aborts as soon as stopping begins. Pass it to everything that waits. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Remembers how to stop `thing`, and hands it back. */
  add<T>(name: string, thing: T, stop: (thing: T) => Promise<unknown>): T {
    this.#things.push({ name, stop: () => stop(thing) });
    return thing;
  }

  /** Aborts the signal, then stops everything. May be called again, and then waits for the same stop. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    this.#abort.abort();
    for (const thing of this.#things.toReversed()) await this.#stopOne(thing);
  }

  async #stopOne({ name, stop }: Stoppable): Promise<void> {
    const done = new AbortController();
    const expiry = this.#clock.sleep(STOP_MS, done.signal).then(() => {
      throw new RelayerError("UNEXPECTED", `${name} did not stop within ${STOP_MS} ms`, { name });
    });
    try {
      await Promise.race([stop(), expiry]);
    } catch (error) {
      this.#log.error({ err: describeError(error), name }, "stop failed");
    } finally {
      done.abort();
      // Aborting ends the sleep, and so rejects: the race has been decided before.
      await expiry.catch(() => undefined);
    }
  }
}
