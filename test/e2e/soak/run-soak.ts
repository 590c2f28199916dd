import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import { PROJECT_ROOT } from "../../../localnet/project-root.ts";
import type { LocalRelayer } from "../../../localnet/relayers/start-relayer.ts";
import { waitUntil } from "../../../localnet/wait-until.ts";
import { type Scenario, startScenario } from "../support/scenario.ts";
import { type Done, createDraw, createHappenings } from "./happenings.ts";
import { type MemorySample, findTrend } from "./memory.ts";
import { BLOCK_SECONDS, type SoakOptions } from "./options.ts";
import { type JobCounts, countJobs } from "./redis-jobs.ts";

/** Blocks on each chain between two looks. */
const ROUND_BLOCKS = 10;
const INCIDENT_EVERY = 2;
const FAULT_EVERY = 9;
/** A relayer that kept what it has seen would need more than this for a single day; one that does not needs none of it. */
export const HEAP_GROWTH_BOUND_BYTES = 8 * 1_048_576;
const COLLECT_OFTEN = new URL("collect-often.ts", import.meta.url).href;
/** A job that is open ends within its longest back-off and one look at the chain. */
const JOBS_END_MS = 60_000;

export interface Check {
  readonly what: string;
  readonly found: string;
  readonly bound: string;
  readonly isMet: boolean;
}

export interface SoakReport {
  readonly seed: number;
  readonly chains: number;
  readonly blocks: number;
  readonly seconds: number;
  readonly done: Done;
  readonly heapBytes: { readonly first: number; readonly last: number };
  readonly checks: readonly Check[];
}

/** Runs it from start to end. @throws SetupError when the network does not start, or never comes to rest */
export async function runSoak(options: SoakOptions, progress: (line: string) => void): Promise<SoakReport> {
  const started = performance.now();
  const { chains, seed } = options;
  const scene = await startScenario("soak", {
    ...{ chains, relayers: 2, areReplicas: true },
    relayerNodeArgs: ["--expose-gc", "--import", COLLECT_OFTEN],
  });
  try {
    const happenings = createHappenings(scene, createDraw(seed));
    const samples: MemorySample[] = [];
    const endMs = started + options.minutes * 60_000;
    let blocks = 0;
    for (let round = 1; blocks < options.blocks && performance.now() < endMs; round += 1) {
      await passBlocks(scene);
      blocks += ROUND_BLOCKS;
      // What one fault took away is missing for a round with an incident in it.
      if (round % FAULT_EVERY === 0) await happenings.fault();
      if (round % INCIDENT_EVERY === 0) await happenings.incident();
      if (round % FAULT_EVERY === 1) await happenings.mend();
      await scene.localnet.keeper.tick();
      samples.push({ blocks, heapBytes: await heapOf(scene.relayer) });
      if (round % 20 === 0) progress(progressLine(blocks, options, samples));
    }
    await happenings.mend();
    progress("coming to rest");
    await comeToRest(scene);
    const checks = await check(scene, samples);
    const heapBytes = { first: samples[0]?.heapBytes ?? 0, last: samples.at(-1)?.heapBytes ?? 0 };
    const seconds = (performance.now() - started) / 1_000;
    return { seed, chains, blocks, seconds, done: happenings.done, heapBytes, checks };
  } finally {
    await scene.stop();
  }
}

async function passBlocks(scene: Scenario): Promise<void> {
  const running = scene.hubs.filter(({ chain }) => chain.isRunning());
  await Promise.all(running.map(({ chain }) => chain.mine(ROUND_BLOCKS - 1)));
  await scene.pass(ROUND_BLOCKS * BLOCK_SECONDS);
}

async function comeToRest(scene: Scenario): Promise<void> {
  await scene.deliver();
  await scene.finalise();
  await scene.settle();
  await waitUntil(async () => (await jobsOf(scene)).every(({ open }) => open === 0), {
    what: "every job to end",
    timeoutMs: JOBS_END_MS,
    pollMs: 500,
  });
}

async function check(scene: Scenario, samples: readonly MemorySample[]): Promise<readonly Check[]> {
  const digests = new Set(await Promise.all(scene.hubs.map((hub) => hub.digest())));
  const jobs = await jobsOf(scene);
  const leaked = jobs.flatMap((of) => of.leaked);
  const failed = jobs.reduce((sum, of) => sum + of.failed, 0);
  const gaps = await countGaps(scene.relayer);
  const trend = findTrend(samples);
  const replays = await Promise.all(scene.localnet.relayers.map(isWhole));
  const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`;
  return [
    { what: "different words at the end", found: String(digests.size - 1), bound: "0", isMet: digests.size === 1 },
    { what: "jobs that nothing knows of", found: String(leaked.length), bound: "0", isMet: leaked.length === 0 },
    { what: "jobs given up", found: String(failed), bound: "0", isMet: failed === 0 },
    { what: "gaps in events", found: String(gaps), bound: "0", isMet: gaps === 0 },
    {
      what: "journals that replay to the same bytes",
      found: String(replays.filter(Boolean).length),
      bound: String(replays.length),
      isMet: replays.every(Boolean),
    },
    {
      what: "heap kept since the warm-up",
      found: trend === null ? "too short to tell" : megabytes(trend.growthBytes),
      bound: megabytes(HEAP_GROWTH_BOUND_BYTES),
      isMet: trend === null || trend.growthBytes <= HEAP_GROWTH_BOUND_BYTES,
    },
  ];
}

function jobsOf({ localnet }: Scenario): Promise<readonly JobCounts[]> {
  return Promise.all(localnet.relayers.map(({ name }) => countJobs(localnet.redis.url, `{cordon-${name}}`)));
}

/** Of the replica that has run from the beginning: everything that its chains said and that cannot be. */
async function countGaps(relayer: LocalRelayer): Promise<number> {
  const page = await relayer.metrics();
  const lines = page.split("\n").filter((line) => line.startsWith("cordon_findings_total{"));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** Whether the journal is whole, each line following from the one before, and its decisions come out the same again. */
async function isWhole({ configFile }: LocalRelayer): Promise<boolean> {
  const main = path.join(PROJECT_ROOT, "relayer", "main.ts");
  const run = promisify(execFile)(process.execPath, [main, "replay", "--config", configFile], { maxBuffer: 2 ** 28 });
  return run.then(
    ({ stdout }) => !stdout.includes("different"),
    () => false,
  );
}

async function heapOf(relayer: LocalRelayer): Promise<number> {
  const page = await relayer.metrics();
  const line = page.split("\n").find((each) => each.startsWith("cordon_nodejs_heap_size_used_bytes "));
  return Number(line?.split(" ")[1] ?? Number.NaN);
}

function progressLine(blocks: number, options: SoakOptions, samples: readonly MemorySample[]): string {
  const heap = (samples.at(-1)?.heapBytes ?? 0) / 1_048_576;
  return `${blocks} of ${options.blocks} blocks, heap ${heap.toFixed(0)} MB`;
}
