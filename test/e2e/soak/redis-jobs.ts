import { Queue } from "bullmq";
import { Redis } from "ioredis";

/** Every state that a job can be in. */
const STATES = ["waiting", "active", "delayed", "prioritized", "completed", "failed", "waiting-children"] as const;
const SCAN_COUNT = 1_000;

export interface JobCounts {
  /** Jobs that still have to run. */
  readonly open: number;
  readonly failed: number;
  /** Finished ones, kept for a while and no more of them than the retention says. */
  readonly kept: number;
  /** Jobs in no state at all: nothing would ever run or remove them. */
  readonly leaked: readonly string[];
}

/** Counts every job below `prefix` by its own keys, and by the states that know of it. */
export async function countJobs(url: string, prefix: string): Promise<JobCounts> {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  try {
    const jobs = await listJobs(redis, prefix);
    const sums = { open: 0, failed: 0, kept: 0, leaked: [] as string[] };
    for (const [name, ids] of jobs) {
      const queue = new Queue(name, { connection: redis, prefix });
      const counts = await queue.getJobCounts(...STATES);
      const known = new Set((await queue.getJobs([...STATES], 0, -1)).map(({ id }) => id));
      sums.leaked.push(...[...ids].filter((id) => !known.has(id)).map((id) => `${name}:${id}`));
      sums.failed += counts["failed"] ?? 0;
      sums.kept += (counts["completed"] ?? 0) + (counts["failed"] ?? 0);
      sums.open += STATES.filter((state) => !FINISHED.has(state)).reduce((sum, state) => sum + (counts[state] ?? 0), 0);
      await queue.close();
    }
    return sums;
  } finally {
    redis.disconnect();
  }
}

const FINISHED: ReadonlySet<string> = new Set(["completed", "failed"]);

/** queue => ids of its jobs, from the keys themselves: `prefix:queue:id` with a job's fields. */
async function listJobs(redis: Redis, prefix: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const jobs = new Map<string, Set<string>>();
  const stream = redis.scanStream({ match: `${prefix}:*`, count: SCAN_COUNT });
  for await (const keys of stream as AsyncIterable<string[]>) {
    const found = await Promise.all(keys.map(async (key) => ((await isJobAt(redis, key)) ? [key] : [])));
    for (const key of found.flat()) {
      const [queue = "", id = ""] = key.slice(prefix.length + 1).split(":");
      jobs.set(queue, (jobs.get(queue) ?? new Set()).add(id));
    }
  }
  return jobs;
}

async function isJobAt(redis: Redis, key: string): Promise<boolean> {
  return (await redis.type(key)) === "hash" && "data" in (await redis.hgetall(key));
}
