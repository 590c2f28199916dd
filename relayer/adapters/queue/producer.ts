import type { EventEmitter } from "node:events";

import { FlowProducer, Queue } from "bullmq";
import { Redis } from "ioredis";

import type { Eid } from "../../domain/eid.ts";
import { RelayerError } from "../../errors.ts";
import type { Log } from "../../ports/log.ts";
import type { DecisionBatch, QueueCounts } from "../../ports/queue.ts";
import { encodeJob } from "./action-job.ts";
import { JOB_ATTEMPTS, KEEP_COMPLETED, KEEP_FAILED, PRODUCER_CONNECTION, PRODUCER_TIMEOUT_MS } from "./settings.ts";

/** Name of the queue that holds decisions, the parents. */
export const DECISIONS_QUEUE = "decisions";

/** Name of one destination's queue. */
export function actionsQueue(eid: Eid): string {
  return `actions-${eid}`;
}

export interface ProducerOptions {
  readonly url: string;
  readonly prefix: string;
  readonly destinations: readonly Eid[];
  readonly log: Log;
}

/** Adds and counts jobs, on a connection of its own that fails at once while Redis is away. */
export interface Producer {
  enqueue(batch: DecisionBatch): Promise<void>;
  counts(): Promise<QueueCounts>;
  close(): Promise<void>;
}

interface Session {
  readonly flow: FlowProducer;
  readonly queues: readonly Queue[];
}

export function createProducer({ url, prefix, destinations, log }: ProducerOptions): Producer {
  const redis = new Redis(url, PRODUCER_CONNECTION);
  watchConnection(redis, log);
  let session: Session | null = null;

  function openSession(): Session {
    // Never waits: a command on a connection that is not there yet would hang until it is.
    if (redis.status !== "ready") throw unavailable("not connected");
    session ??= {
      flow: silenced(new FlowProducer({ connection: redis, prefix })),
      queues: destinations.map((eid) => silenced(new Queue(actionsQueue(eid), { connection: redis, prefix }))),
    };
    return session;
  }

  /** A session whose start was cut off never works again, so one that failed is replaced. */
  async function closeSession(): Promise<void> {
    const old = session;
    session = null;
    if (old !== null) await Promise.allSettled([old.flow, ...old.queues].map((part) => part.close()));
  }

  async function run<T>(work: (open: Session) => Promise<T>): Promise<T> {
    try {
      return await within(PRODUCER_TIMEOUT_MS, work(openSession()));
    } catch (error) {
      void closeSession();
      throw mapQueueError(error);
    }
  }

  return {
    async enqueue(batch) {
      if (batch.actions.length === 0) return;
      await run(({ flow }) => flow.add(flowOf(batch)));
    },

    counts: () =>
      run(async ({ queues }) => {
        const each = await Promise.all(
          queues.map((queue) => queue.getJobCounts("waiting", "delayed", "active", "failed")),
        );
        const sum = (...states: string[]) =>
          each.reduce((total, of) => states.reduce((n, state) => n + (of[state] ?? 0), total), 0);
        return { waiting: sum("waiting", "delayed"), active: sum("active"), failed: sum("failed") };
      }),

    async close() {
      await within(PRODUCER_TIMEOUT_MS, closeSession()).catch(() => undefined);
      redis.disconnect();
    },
  };
}

/** The parent is the decision; it is done when every child is, whichever way. */
function flowOf({ decision, actions }: DecisionBatch) {
  const keep = { removeOnComplete: KEEP_COMPLETED, removeOnFail: KEEP_FAILED };
  return {
    name: "decision",
    queueName: DECISIONS_QUEUE,
    data: { decision },
    // The actions stand in the id: the same decision may be asked for in parts.
    opts: { ...keep, jobId: `decision-${decision.slice(2)}-${actions.map(({ action }) => action.eid).join("-")}` },
    children: actions.map(({ action, signed, delayMs }) => ({
      name: action.kind,
      queueName: actionsQueue(action.eid),
      data: encodeJob({ action, signed }),
      opts: {
        ...keep,
        jobId: action.id,
        delay: delayMs,
        attempts: JOB_ATTEMPTS,
        backoff: { type: "custom" },
        ignoreDependencyOnFailure: true,
      },
    })),
  };
}

/** Without a listener an error event would end the process. What matters is reported by {@link watchConnection}. */
function silenced<Emitter extends FlowProducer | Queue>(emitter: Emitter): Emitter {
  (emitter as EventEmitter).on("error", () => undefined);
  return emitter;
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(unavailable("timeout")), ms);
  // Whoever loses the race must not become an unhandled rejection.
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function unavailable(reason: string, cause?: unknown): RelayerError {
  return new RelayerError("QUEUE_UNAVAILABLE", `Redis does not answer (${reason})`, { reason }, cause);
}

function mapQueueError(error: unknown): RelayerError {
  if (error instanceof RelayerError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const isRefusal = /jobId|Custom Id|cannot contain|queue name|parent job/i.test(message);
  if (isRefusal) return new RelayerError("QUEUE_REFUSED", `the queue refuses a job: ${message}`, {}, error);
  return unavailable((error as NodeJS.ErrnoException).code ?? "connection lost", error);
}

/** One line when Redis goes and one when it comes: it retries many times a minute in between. */
function watchConnection(redis: Redis, log: Log): void {
  let wasReady = false;
  let isReported = false;
  redis.on("ready", () => {
    log.info({}, wasReady ? "redis is back" : "redis connected");
    wasReady = true;
    isReported = false;
  });
  redis.on("error", (error: NodeJS.ErrnoException) => {
    if (!isReported)
      log.warn({ reason: error.code ?? "connection lost" }, "redis unavailable; urgent actions go without it");
    isReported = true;
  });
}
