import type { RedisOptions } from "ioredis";

/*
 * Measured, see docs/architecture.md: with BullMQ's defaults a killed worker blocks its job for a minute, and a half-open
 * connection leaves a worker deaf for ever.
 */

/** A worker that died holds its job this long at most; two checks later another worker has it. */
export const LOCK_MS = 5_000;
export const STALLED_CHECK_MS = 1_000;
/** A job survives so many deaths of its worker: errors of logic are bounded by attempts instead. */
export const MAX_STALLED = 10;
/** How long an idle worker blocks. Shorter than the socket's silence, or idle connections would flap. */
export const DRAIN_DELAY_SECONDS = 1;
/** A connection that should have spoken and did not for this long is dead. */
const SOCKET_SILENCE_MS = 3_000;
const FIRST_RECONNECT_MS = 50;
const LONGEST_RECONNECT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;

/** Runs of a job: with the back-off below a little more than the 15 minutes that a directive lives. */
export const JOB_ATTEMPTS = 95;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 10_000;

/** The longest that adding or counting may take. Urgent work has gone out before; this never holds up a loop. */
export const PRODUCER_TIMEOUT_MS = 500;
/** The longest that running jobs are waited for when closing. */
export const CLOSE_TIMEOUT_MS = 3_000;

/** Redis must not fill up: finished jobs go by age and by number. */
export const KEEP_COMPLETED = { age: 3_600, count: 1_000 };
export const KEEP_FAILED = { age: 7 * 24 * 3_600, count: 1_000 };

/** Milliseconds before run number `attemptsMade + 1`. */
export function backOffMs(attemptsMade: number): number {
  return Math.min(FIRST_BACKOFF_MS * 2 ** (attemptsMade - 1), LONGEST_BACKOFF_MS);
}

export function reconnectMs(times: number): number {
  return Math.min(FIRST_RECONNECT_MS * 2 ** times, LONGEST_RECONNECT_MS);
}

const BOTH = {
  retryStrategy: reconnectMs,
  socketTimeout: SOCKET_SILENCE_MS,
  connectTimeout: CONNECT_TIMEOUT_MS,
  keepAlive: 10_000,
} as const satisfies RedisOptions;

/** For workers: waits for Redis as long as it takes. */
export const WORKER_CONNECTION = { ...BOTH, maxRetriesPerRequest: null } as const satisfies RedisOptions;

/** For adding and counting: fails at once while Redis is away. */
export const PRODUCER_CONNECTION = {
  ...BOTH,
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
} as const satisfies RedisOptions;
