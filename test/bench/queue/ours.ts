import pino from "pino";

import { waitUntil } from "../../../localnet/wait-until.ts";
import { createBullQueue } from "../../../relayer/adapters/queue/bull-queue.ts";
import { eid } from "../../../relayer/domain/eid.ts";
import { addAll, createTally, readData, serve, timePerMessage } from "./messages.ts";
import { sampleBatch } from "./sample-action.ts";

/* The relayer's queue as it is shipped: decisions for as many destinations as there are jobs at once, a worker each. */

const REDIS_LIMIT_MS = 10_000;
const FIRST_EID = 50_901;

const { redisUrl, concurrency } = readData();
const destinations = Array.from({ length: concurrency }, (_, index) => eid(FIRST_EID + index));
const queue = createBullQueue({
  redis: { kind: "server", url: redisUrl },
  prefix: "{cordon-bench-queue}",
  destinations,
  log: pino({ level: "silent" }),
  onHalt: (error) => {
    throw error;
  },
});
const tally = createTally();
queue.start(() => {
  tally.countOne();
  return Promise.resolve();
});
const isConnected = () =>
  queue.counts().then(
    () => true,
    () => false,
  );
await waitUntil(isConnected, { what: "Redis", timeoutMs: REDIS_LIMIT_MS });

let runs = 0;
serve((drive) => {
  runs += 1;
  const name = `run ${String(runs)}`;
  const decisions = Math.ceil(drive.messages / destinations.length);
  const inFlight = Math.ceil(drive.inFlight / destinations.length);
  const handled = tally.reach(decisions * destinations.length);
  const add = (index: number) => queue.enqueue(sampleBatch(`${name}, decision ${String(index)}`, destinations));
  return timePerMessage(drive, () => Promise.all([addAll(decisions, inFlight, add), handled]));
});
