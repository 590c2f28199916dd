import { join } from "node:path";

import { systemClock } from "../adapters/clock/system-clock.ts";
import { createFileHints } from "../adapters/hints/file-hints.ts";
import { type FileJournal, createFileJournal } from "../adapters/journal/file-journal.ts";
import { createPromMetrics, type PromMetrics } from "../adapters/metrics/prom-metrics.ts";
import { createBullQueue } from "../adapters/queue/bull-queue.ts";
import type { Lifecycle } from "../app/lifecycle.ts";
import type { VenueWatch } from "../app/risk/watch-venue.ts";
import type { Config } from "../config.ts";
import { type RelayerError, describeError } from "../errors.ts";
import type { FundsReader } from "../ports/funds.ts";
import type { Log } from "../ports/log.ts";
import type { ActionQueue } from "../ports/queue.ts";
import type { DirectiveSigner } from "../ports/signer.ts";
import { redisTargetOf } from "../repair-verbs.ts";
import { type EvmFeed, buildFeeds, buildFunds, buildVenues } from "./chains.ts";
import { buildSigner } from "./operators.ts";

const VERSION = "0.1.0";

/** What a relayer is made of, but for what binds a port or begins to run. */
export interface Parts {
  readonly config: Config;
  readonly log: Log;
  readonly life: Lifecycle;
  readonly signer: DirectiveSigner;
  readonly queue: ActionQueue;
  readonly journal: FileJournal;
  readonly metrics: PromMetrics;
  readonly feeds: readonly EvmFeed[];
  readonly venues: readonly VenueWatch[];
  readonly funds: readonly FundsReader[];
}

export interface Surroundings {
  readonly config: Config;
  readonly log: Log;
  readonly life: Lifecycle;
  readonly onHalt: (error: RelayerError) => void;
}

/** Makes every part. None of them has asked anything of the outside yet. */
export function buildParts({ config, log, life, onHalt }: Surroundings): Parts {
  const { redis } = config;
  const destinations = config.chains.map(({ eid }) => eid);
  const queueOptions = { redis: redisTargetOf(redis), prefix: redis.prefix, destinations, log, onHalt };
  const queue = life.add("queue", createBullQueue(queueOptions), (it) => it.close());
  const metrics = createPromMetrics({
    relayer: config.name,
    version: VERSION,
    nowMs: () => systemClock.nowMs(),
    readQueue: () => queue.counts().catch(() => null),
    readEndpoints: () =>
      feeds.flatMap(({ chain }) => chain.endpoints().map((endpoint) => ({ ...endpoint, chain: chain.name }))),
  });
  const signer = buildSigner(config);
  const hintFile = join(config.journal.dir, "hints.json");
  const hints = life.add("hints", createFileHints({ file: hintFile, log }), (it) => it.close());
  const reach = { config, life, metrics, hints };
  const journal = life.add("journal", createFileJournal({ ...config.journal, onCut: sayCut(log, metrics) }), (it) =>
    it.close(),
  );
  const feeds = buildFeeds({ ...reach, signer, journal });
  return {
    ...{ config, log, life, signer, queue, metrics, journal, feeds },
    venues: buildVenues(reach),
    funds: buildFunds(reach),
  };
}

/** The relayer does not need its journal, so it goes on: a person has to look, and what is left stays as it is. */
function sayCut(log: Log, metrics: PromMetrics): (error: RelayerError) => void {
  return (error) => {
    metrics.failed("journal", error.code);
    log.error({ err: describeError(error) }, "journal was cut");
  };
}
