import { Worker } from "bullmq";

import type { Eid } from "../../domain/eid.ts";
import type { RelayerError } from "../../errors.ts";
import type { Log } from "../../ports/log.ts";
import type { ActionHandler, ActionQueue } from "../../ports/queue.ts";
import { connectRedis, type RedisConnection, type RedisTarget } from "./connect-redis.ts";
import { createProcessor } from "./processor.ts";
import { actionsQueue, createProducer, DECISIONS_QUEUE } from "./producer.ts";
import {
  backOffMs,
  CLOSE_TIMEOUT_MS,
  DRAIN_DELAY_SECONDS,
  LOCK_MS,
  MAX_STALLED,
  STALLED_CHECK_MS,
  WORKER_CONNECTION,
} from "./settings.ts";

export interface BullQueueOptions {
  readonly redis: RedisTarget;
  /** In braces, so that a flow's queues lie in one slot of a cluster. */
  readonly prefix: string;
  readonly destinations: readonly Eid[];
  readonly log: Log;
  readonly onHalt: (error: RelayerError) => void;
}

/** An `ActionQueue` on BullMQ: a flow a decision, a queue and a worker a destination. Starts with Redis down as well. */
export function createBullQueue(options: BullQueueOptions): ActionQueue {
  const { redis, prefix, destinations, log } = options;
  const producer = createProducer(options);
  const stopping = new AbortController();
  const workers: Worker[] = [];
  let connection: RedisConnection | null = null;

  function startWorker(name: string, process: Processor): void {
    connection ??= createWorkerConnection(redis);
    const worker = new Worker(name, process, {
      connection,
      prefix,
      concurrency: 1,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: MAX_STALLED,
      drainDelay: DRAIN_DELAY_SECONDS,
      settings: { backoffStrategy: backOffMs },
    });
    worker.on("error", (error) => log.debug({ queue: name, err: error }, "queue worker error"));
    worker.on("failed", (job, error) => {
      if (job?.finishedOn !== undefined) log.error({ queue: name, jobId: job.id, err: error }, "job failed for good");
    });
    workers.push(worker);
  }

  return {
    enqueue: (batch) => producer.enqueue(batch),
    counts: () => producer.counts(),
    deadLetters: () => producer.deadLetters(),
    retry: (id) => producer.retry(id),

    start(handler: ActionHandler) {
      for (const eid of destinations) {
        startWorker(
          actionsQueue(eid),
          createProcessor({ eid, handler, stopping: stopping.signal, onHalt: options.onHalt }),
        );
      }
      // A decision is done when its actions are: nothing is left to do for the parent.
      startWorker(DECISIONS_QUEUE, async () => undefined);
    },

    async close() {
      stopping.abort();
      await Promise.all(workers.map(closeWorker));
      connection?.disconnect();
      await producer.close();
    },
  };
}

type Processor = NonNullable<ConstructorParameters<typeof Worker>[1]>;

function createWorkerConnection(target: RedisTarget): RedisConnection {
  const redis = connectRedis(target, WORKER_CONNECTION);
  // Reported once, by the producer's connection.
  redis.on("error", () => undefined);
  return redis;
}

/** Waits for the running job, but not for a Redis that is away. */
async function closeWorker(worker: Worker): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
  await Promise.race([worker.close().catch(() => undefined), late]);
  clearTimeout(timer);
}
