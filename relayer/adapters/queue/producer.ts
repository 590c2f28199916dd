import type { EventEmitter } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";

import { FlowProducer, type Job, Queue } from "bullmq";

import type { Eid } from "../../domain/eid.ts";
import { RelayerError } from "../../errors.ts";
import type { Log } from "../../ports/log.ts";
import type { DeadLetter, DecisionBatch, QueueCounts, QueuedAction } from "../../ports/queue.ts";
import { encodeJob } from "./action-job.ts";
import { connectRedis, type RedisConnection, type RedisTarget } from "./connect-redis.ts";
import { JOB_ATTEMPTS, KEEP_COMPLETED, KEEP_FAILED, PRODUCER_CONNECTION, PRODUCER_TIMEOUT_MS } from "./settings.ts";

/** Name of the queue that holds decisions, the parents. */
export const DECISIONS_QUEUE = "decisions";

/** Name of one destination's queue. */
export function actionsQueue(eid: Eid): string {
  return `actions-${eid}`;
}

export interface ProducerOptions {
  readonly redis: RedisTarget;
  readonly prefix: string;
  readonly destinations: readonly Eid[];
  readonly log: Log;
}

/** Adds and counts jobs, on a connection of its own that fails at once while Redis is away. */
export interface Producer {
  enqueue(batch: DecisionBatch): Promise<void>;
  counts(): Promise<QueueCounts>;
  deadLetters(): Promise<readonly DeadLetter[]>;
  retry(id: string | null): Promise<number>;
  close(): Promise<void>;
}

interface Session {
  readonly flow: FlowProducer;
  readonly queues: readonly Queue[];
}

export function createProducer(options: ProducerOptions): Producer {
  const { prefix, destinations, log } = options;
  const redis = connectRedis(options.redis, PRODUCER_CONNECTION);
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
      // What is urgent was handed to sockets in this turn of the event loop, and they write at its end: nobody waits for this.
      await nextTurn();
      const urgent = batch.actions.filter(({ action }) => action.kind === "raise");
      const later = batch.actions.filter(({ action }) => action.kind !== "raise");
      await run(async ({ flow, queues }) => {
        if (urgent.length > 0) await flow.add(flowOf({ ...batch, actions: urgent }));
        await Promise.all(later.map((queued) => addLatest(queues[destinations.indexOf(queued.action.eid)], queued)));
      });
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

    deadLetters: () =>
      run(async ({ queues }) => {
        const jobs = await Promise.all(queues.map((queue) => queue.getFailed(0, DEAD_LETTERS_MAX - 1)));
        return jobs.flat().map(letterOf);
      }),

    retry: (id) =>
      run(async ({ queues }) => {
        const failed = (await Promise.all(queues.map((queue) => queue.getFailed(0, DEAD_LETTERS_MAX - 1)))).flat();
        const chosen = failed.filter((job) => id === null || job.id === id);
        // From the beginning: with its old count of attempts it would fail for good at the first trouble.
        await Promise.all(
          chosen.map((job) => job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true })),
        );
        return chosen.length;
      }),

    async close() {
      await within(PRODUCER_TIMEOUT_MS, closeSession()).catch(() => undefined);
      redis.disconnect();
    },
  };
}

/** Dead letters of one destination that are shown, or taken up again, at once. */
const DEAD_LETTERS_MAX = 1_000;

function letterOf(job: Job): DeadLetter {
  const { id = "", name, failedReason, finishedOn, attemptsMade, queueName } = job;
  return {
    id,
    queue: queueName,
    kind: name,
    reason: failedReason,
    failedAtMs: finishedOn ?? 0,
    attempts: attemptsMade,
  };
}

/** Of what can wait, a later wish for the same destination makes an earlier one that has not run yet irrelevant. */
function latestOnly({ action, delayMs }: QueuedAction) {
  const deduplication = { id: `settle-${action.eid}`, replace: true, keepLastIfActive: true };
  return { ...jobOptions(action.id, Math.max(delayMs, LEAST_DELAY_MS)), deduplication };
}

async function addLatest(queue: Queue | undefined, queued: QueuedAction): Promise<void> {
  await queue?.add(queued.action.kind, encodeJob(queued), latestOnly(queued));
}

/** Only what is delayed can be replaced. */
const LEAST_DELAY_MS = 1;

const KEEP = { removeOnComplete: KEEP_COMPLETED, removeOnFail: KEEP_FAILED };

function jobOptions(jobId: string, delay: number) {
  return { ...KEEP, jobId, delay, attempts: JOB_ATTEMPTS, backoff: { type: "custom" } };
}

/** The parent is the decision; it is done when every child is, whichever way. */
function flowOf({ decision, actions }: DecisionBatch) {
  return {
    name: "decision",
    queueName: DECISIONS_QUEUE,
    data: { decision },
    // The actions stand in the id: the same decision may be asked for in parts.
    opts: { ...KEEP, jobId: `decision-${decision.slice(2)}-${actions.map(({ action }) => action.eid).join("-")}` },
    children: actions.map(({ action, signed, delayMs }) => ({
      name: action.kind,
      queueName: actionsQueue(action.eid),
      data: encodeJob({ action, signed }),
      opts: { ...jobOptions(action.id, delayMs), ignoreDependencyOnFailure: true },
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
function watchConnection(redis: RedisConnection, log: Log): void {
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
