import type { SignedAction } from "../../relayer/domain/action/action.ts";
import type { Eid } from "../../relayer/domain/eid.ts";
import { RelayerError } from "../../relayer/errors.ts";
import type { Clock } from "../../relayer/ports/clock.ts";
import type { ActionHandler, ActionQueue, DeadLetter, DecisionBatch, QueueCounts } from "../../relayer/ports/queue.ts";

interface FakeJob {
  readonly data: SignedAction;
  readonly dueMs: number;
  readonly attempts: number;
}

export interface FakeQueueOptions {
  readonly clock: Clock;
  /** Runs of one job before it is put among the failed. */
  readonly attempts?: number;
  /** Milliseconds before a job is run again. */
  readonly backoffMs?: number;
}

const POLL_MS = 500;

/** Redis and its workers, in memory. Goes down, hangs and forgets on request. */
export class FakeQueue implements ActionQueue {
  /** `down`: refuses at once. `hanging`: never answers. */
  state: "up" | "down" | "hanging" = "up";
  /** Identifiers of the jobs that were added, repeats left out. */
  readonly added: string[] = [];
  readonly failed: { readonly id: string; readonly error: RelayerError; readonly data: SignedAction }[] = [];
  isClosed = false;

  readonly #options: Required<FakeQueueOptions>;
  readonly #stop = new AbortController();
  readonly #waiting = new Map<string, FakeJob>();
  readonly #active = new Set<string>();
  readonly #running = new Map<Eid, Promise<void>>();
  #loop: Promise<void> = Promise.resolve();

  constructor(options: FakeQueueOptions) {
    this.#options = { attempts: 95, backoffMs: 1_000, ...options };
  }

  async enqueue({ actions }: DecisionBatch): Promise<void> {
    await this.#requireUp();
    for (const { action, signed, delayMs } of actions) {
      if (this.#waiting.has(action.id) || this.#active.has(action.id)) continue;
      this.added.push(action.id);
      if (action.kind === "settle") this.#dropSettles(action.eid);
      const dueMs = this.#options.clock.nowMs() + delayMs;
      this.#waiting.set(action.id, { data: { action, signed }, dueMs, attempts: 0 });
    }
  }

  start(handler: ActionHandler): void {
    this.#loop = this.#work(handler);
  }

  async counts(): Promise<QueueCounts> {
    await this.#requireUp();
    return { waiting: this.#waiting.size, active: this.#running.size, failed: this.failed.length };
  }

  async deadLetters(): Promise<readonly DeadLetter[]> {
    await this.#requireUp();
    return this.failed.map(({ id, error, data }) => {
      const { kind, eid } = data.action;
      return { id, queue: `actions-${eid}`, kind, reason: error.message, failedAtMs: 0, attempts: 1 };
    });
  }

  async retry(id: string | null): Promise<number> {
    await this.#requireUp();
    const chosen = this.failed.filter((letter) => id === null || letter.id === id);
    for (const letter of chosen) this.failed.splice(this.failed.indexOf(letter), 1);
    this.restore(chosen.map(({ data }) => data));
    return chosen.length;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.#stop.abort();
    await this.#loop;
    await Promise.all(this.#running.values());
  }

  /** Jobs that are there, as a store keeps them over a restart of the process. */
  waiting(): readonly SignedAction[] {
    return [...this.#waiting.values()].map(({ data }) => data);
  }

  restore(jobs: readonly SignedAction[]): void {
    for (const data of jobs)
      this.#waiting.set(data.action.id, { data, dueMs: this.#options.clock.nowMs(), attempts: 0 });
  }

  /** FLUSHALL: every job is gone, and nobody is told. */
  flush(): void {
    this.#waiting.clear();
  }

  #dropSettles(eid: Eid): void {
    for (const [id, { data }] of this.#waiting) {
      if (data.action.kind === "settle" && data.action.eid === eid) this.#waiting.delete(id);
    }
  }

  async #requireUp(): Promise<void> {
    if (this.state === "hanging") await new Promise(() => undefined);
    if (this.state === "down") throw new RelayerError("QUEUE_UNAVAILABLE", "the fake queue is down");
  }

  async #work(handler: ActionHandler): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      for (const [id, job] of this.state === "up" ? this.#waiting : []) {
        const { eid } = job.data.action;
        if (job.dueMs > clock.nowMs() || this.#running.has(eid)) continue;
        this.#waiting.delete(id);
        const run = this.#run(id, job, handler).finally(() => this.#running.delete(eid));
        this.#running.set(eid, run);
      }
      await clock.sleep(POLL_MS, this.#stop.signal);
    }
  }

  async #run(id: string, job: FakeJob, handler: ActionHandler): Promise<void> {
    const { clock, attempts, backoffMs } = this.#options;
    this.#active.add(id);
    try {
      await handler(job.data, this.#stop.signal);
    } catch (thrown) {
      const error = RelayerError.from(thrown);
      const isLast = job.attempts + 1 >= attempts;
      if (error.fate === "retry" && !isLast) {
        this.#waiting.set(id, { ...job, attempts: job.attempts + 1, dueMs: clock.nowMs() + backoffMs });
      } else {
        this.failed.push({ id, error, data: job.data });
      }
    } finally {
      this.#active.delete(id);
    }
  }
}
