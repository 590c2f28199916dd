import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { mapAtMost } from "../../../deployments/map-at-most.ts";
import { readNetworkParameters, type NetworkParameters } from "../../../deployments/network-parameters.ts";
import { startRedis } from "../../../localnet/redis/start-redis.ts";
import { createShutdown, type Shutdown } from "../../../localnet/shutdown.ts";
import { type BenchChain, startBenchChain } from "./bench-chain.ts";
import { type BenchRelayer, startBenchRelayer } from "./bench-relayer.ts";

/** One chain that trips, those that have to hear of it, and a relayer between them. */
export interface FanoutWorld {
  readonly source: BenchChain;
  readonly destinations: readonly BenchChain[];
  readonly relayer: BenchRelayer;
  readonly parameters: NetworkParameters;
  /** The Redis that the relayer works with. */
  readonly redisUrl: string;
  /** Nothing is left behind, also when the process is told to end before. */
  stop(): Promise<void>;
}

const CHAINS_AT_ONCE = 8;
const INTERRUPTED = 130;
const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Starts a mesh in which one trip calls for `destinations` transactions. */
export async function startFanoutWorld(destinations: number): Promise<FanoutWorld> {
  const shutdown = createShutdown({ log: say, interruptExitCode: INTERRUPTED });
  try {
    return await bringUp(destinations, shutdown);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

async function bringUp(count: number, shutdown: Shutdown): Promise<FanoutWorld> {
  const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-bench-"));
  await shutdown.add("temporary files", () => rmSync(dir, { recursive: true, force: true }));
  const redis = await startRedis({ dir: path.join(dir, "redis"), log: say });
  await shutdown.add("Redis", () => redis.stop());

  const parameters = readNetworkParameters("local");
  const indices = Array.from({ length: count + 1 }, (_, index) => index);
  const chains = await mapAtMost(CHAINS_AT_ONCE, indices, async (index) => {
    const onStarted = (stop: () => Promise<void>) => shutdown.add(`chain ${String(index)}`, stop);
    const chain = await startBenchChain({ index, dir, parameters, onStarted });
    await shutdown.add("what listens to it", () => {
      chain.watch.close();
      chain.provider.destroy();
    });
    return chain;
  });
  const [source, ...destinations] = chains;
  if (source === undefined) throw new RangeError("a mesh has a source");
  // Setting many chains up takes long. Their clocks are their heads, and a directive is for chains of about one time.
  await Promise.all(chains.map(({ mine }) => mine(1)));

  const relayer = await startBenchRelayer({ chains, parameters, redisUrl: redis.url, dir: path.join(dir, "relayer") });
  await shutdown.add("the relayer", () => relayer.stop());
  return { source, destinations, relayer, parameters, redisUrl: redis.url, stop: () => shutdown.run() };
}
