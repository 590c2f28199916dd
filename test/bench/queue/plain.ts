import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";

import { encodeJob } from "../../../relayer/adapters/queue/action-job.ts";
import { eid } from "../../../relayer/domain/eid.ts";
import { addAll, createTally, readData, serve, timePerMessage } from "./messages.ts";
import { sampleBatch } from "./sample-action.ts";

/* The floor: BullMQ alone, the same data, one queue, one worker that does nothing with it. */

const KEEP_COMPLETED = 1_000;
const NAME = "plain";

const { redisUrl, concurrency } = readData();
const prefix = "{cordon-bench-plain}";
const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
const queue = new Queue(NAME, { connection, prefix });
const tally = createTally();
const count = (): Promise<void> => Promise.resolve(tally.countOne());
const worker = new Worker(NAME, count, {
  connection: new Redis(redisUrl, { maxRetriesPerRequest: null }),
  prefix,
  concurrency,
});
await worker.waitUntilReady();

const [queued] = sampleBatch("floor", [eid(1)]).actions;
if (queued === undefined) throw new RangeError("a batch has an action");
const data = encodeJob(queued);
let runs = 0;
serve((drive) => {
  runs += 1;
  const run = runs;
  const handled = tally.reach(drive.messages);
  const add = (index: number) =>
    queue.add("raise", data, { jobId: `job-${String(run)}-${String(index)}`, removeOnComplete: KEEP_COMPLETED });
  return timePerMessage(drive, () => Promise.all([addAll(drive.messages, drive.inFlight, add), handled]));
});
