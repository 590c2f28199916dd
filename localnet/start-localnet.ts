import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { readCompiledContract } from "../deployments/compiled-contract.ts";
import { type NetworkParameters, readNetworkParameters } from "../deployments/network-parameters.ts";
import { type NetworkRecord, addressOf, writeNetworkRecord } from "../deployments/network-record.ts";
import { createFileStore } from "../deployments/record-store.ts";
import { SetupError } from "../deployments/setup-error.ts";
import { deployMesh } from "../deployments/tasks/deploy.ts";
import type { DeploymentTarget } from "../deployments/tasks/deployment-target.ts";
import { wireMesh } from "../deployments/tasks/wire.ts";
import { findAnvil } from "./chains/find-anvil.ts";
import { type LocalChain, startChain } from "./chains/start-chain.ts";
import type { MessagingFaultName } from "./faults/fault-names.ts";
import { createFaultPlan } from "./faults/fault-plan.ts";
import { type Keeper, createKeeper } from "./keeper.ts";
import { deployLayerZero } from "./layerzero/deploy-layerzero.ts";
import { type Workers, startWorkers } from "./layerzero/workers/start-workers.ts";
import type { LayerZeroStack } from "./layerzero/wire-layerzero.ts";
import { findRedis } from "./redis/find-redis.ts";
import { type RedisServer, startRedis } from "./redis/start-redis.ts";
import type { FaultyEndpoint } from "./faults/faulty-endpoint.ts";
import { MAX_RELAYERS } from "./relayers/relayer-config.ts";
import type { LocalRelayer } from "./relayers/start-relayer.ts";
import { type RelayersOptions, startRelayers } from "./relayers/start-relayers.ts";
import { type Shutdown, createShutdown } from "./shutdown.ts";

export interface LocalnetOptions extends RelayersOptions {
  /** 2 to 20. */
  readonly chains: number;
  readonly seed?: number;
  readonly faults?: readonly MessagingFaultName[];
  /** Timestamp of all genesis blocks, in unix seconds; now unless given. */
  readonly genesisTime?: number;
  /** A block every so many seconds on every chain, once all is deployed; unless given, one for each transaction. */
  readonly blockTimeSeconds?: number;
  /** The chains' RPC ports from here on; free ones unless given. */
  readonly rpcPort?: number;
  /** Whether the keeper runs by itself, and whether it sends heartbeats. Both unless told otherwise. */
  readonly keeper?: { readonly isStarted?: boolean; readonly hasHeartbeats?: boolean };
  /** State, logs and keys go here; a temporary directory, removed at the end, unless given. */
  readonly dir?: string;
  /** Where the record of what was deployed is written as well. */
  readonly recordFile?: string;
  readonly log?: (line: string) => void;
  /** How the process ends after SIGINT or SIGTERM, with everything stopped; 130 unless given. */
  readonly interruptExitCode?: number;
}

/** A running local network. Everything in it ends with {@link Localnet.stop}, or with this process. */
export interface Localnet {
  readonly dir: string;
  readonly chains: readonly LocalChain[];
  readonly layerzero: readonly LayerZeroStack[];
  readonly redis: RedisServer;
  readonly workers: Workers;
  readonly keeper: Keeper;
  readonly relayers: readonly LocalRelayer[];
  /** What stands between a relayer and a chain. @throws RangeError where nothing does */
  endpoint(relayer: number, chain: LocalChain): FaultyEndpoint;
  readonly record: NetworkRecord;
  readonly parameters: NetworkParameters;
  /** Brings the clocks of all running chains to at least `timestamp`, with a block on each. */
  advanceTo(timestamp: number): Promise<void>;
  stop(): Promise<void>;
}

export const MIN_CHAINS = 2;
export const MAX_CHAINS = 20;
const NETWORK = "local";
const INTERRUPTED = 130;

/**
 * Starts chains, LayerZero, Cordon, Redis, workers, keeper and relayers. When any of it fails, all of it is undone.
 * @throws SetupError that names the cause and the fix.
 */
export async function startLocalnet(options: LocalnetOptions): Promise<Localnet> {
  const log = options.log ?? (() => {});
  checkOptions(options);
  const parameters = readNetworkParameters(NETWORK);
  // Whatever may be missing is missed before anything is started.
  readCompiledContract("hub", "IncidentHub");
  findAnvil();
  if (!process.env["REDIS_URL"]) await findRedis({ log });
  const shutdown = createShutdown({ log, interruptExitCode: options.interruptExitCode ?? INTERRUPTED });
  try {
    return await bringUp({ ...options, log }, parameters, shutdown);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

type Resolved = LocalnetOptions & { readonly log: (line: string) => void };

function checkOptions({ chains, relayers = 1, relayerMode, operatorKeysPerRelayer = 1 }: LocalnetOptions): void {
  const refuse = (problem: string, fix: string) => {
    throw new SetupError("usage", problem, { fix });
  };
  if (!Number.isInteger(chains) || chains < MIN_CHAINS || chains > MAX_CHAINS) {
    refuse(`A local network has ${MIN_CHAINS} to ${MAX_CHAINS} chains, not ${chains}.`, "Give --chains such a number.");
  }
  if (!Number.isInteger(relayers) || relayers < 0 || relayers > MAX_RELAYERS) {
    refuse(`There are 0 to ${MAX_RELAYERS} relayers, not ${relayers}.`, "Give --relayers such a number.");
  }
  if (relayerMode === "tighten-only" && relayers > 0 && operatorKeysPerRelayer < 1) {
    refuse("A relayer without an operator key can sign nothing.", "Give each at least one.");
  }
}

async function bringUp(options: Resolved, parameters: NetworkParameters, shutdown: Shutdown): Promise<Localnet> {
  const { log } = options;
  const dir = await makeDir(options.dir, shutdown);
  log(`starting ${options.chains} chains and Redis`);
  const starting = [startChains(options, dir, shutdown), startOwnRedis(dir, options, shutdown)] as const;
  // Both have come to an end before either's failure is reported, so that the shutdown knows of all that did start.
  await Promise.allSettled(starting);
  const [chains, redis] = await Promise.all(starting);
  log("deploying LayerZero");
  const layerzero = await deployLayerZero(chains);
  log("deploying and wiring Cordon");
  const targets = chains.map((chain, index) => targetOf(chain, layerzero[index]));
  const recordFile = path.join(dir, "record.json");
  // The chains begin anew as well: what an earlier network deployed is not there.
  rmSync(recordFile, { force: true });
  const record = await deployMesh(targets, parameters, { store: createFileStore(recordFile) });
  await wireMesh(targets, record, parameters);
  if (options.recordFile !== undefined) writeNetworkRecord(options.recordFile, record);
  await Promise.all(chains.map((chain) => chain.setBlockTime(options.blockTimeSeconds ?? 0)));

  const workers = await startDelivery({ options, parameters, chains, layerzero, record, shutdown });
  const keeper = await startKeeping({ options, chains, record, shutdown });
  const { relayers, endpoint } = await startRelayers(options, { chains, record, redis, dir, shutdown, log });
  log("ready");
  return {
    dir,
    chains,
    layerzero,
    redis,
    workers,
    keeper,
    relayers,
    endpoint,
    record,
    parameters,
    async advanceTo(timestamp) {
      const running = chains.filter((chain) => chain.isRunning());
      await Promise.all(running.map((chain) => chain.advanceTo(timestamp)));
    },
    stop: () => shutdown.run(),
  };
}

async function makeDir(given: string | undefined, shutdown: Shutdown): Promise<string> {
  if (given !== undefined) {
    mkdirSync(given, { recursive: true });
    return path.resolve(given);
  }
  const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-localnet-"));
  await shutdown.add("temporary files", () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function startChains(options: Resolved, dir: string, shutdown: Shutdown): Promise<LocalChain[]> {
  const { genesisTime = Math.floor(Date.now() / 1000), rpcPort } = options;
  const starting = Array.from({ length: options.chains }, async (_, index) => {
    const port = rpcPort === undefined ? {} : { port: rpcPort + index };
    const chain = await startChain({ index, dir, genesisTime, ...port });
    await shutdown.add(chain.name, () => chain.close());
    return chain;
  });
  return allOrNone(starting);
}

/** As `Promise.all`, but fails only once all have come to an end, so that what did start is known to the shutdown. */
async function allOrNone<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

async function startOwnRedis(dir: string, { log }: Resolved, shutdown: Shutdown): Promise<RedisServer> {
  const own = path.join(dir, "redis");
  // The chains begin anew as well: jobs of an earlier network in this directory are of another history.
  rmSync(own, { recursive: true, force: true });
  const redis = await startRedis({ dir: own, log });
  await shutdown.add("Redis", () => redis.stop());
  return redis;
}

function targetOf(chain: LocalChain, layerzero: LayerZeroStack | undefined): DeploymentTarget {
  if (!layerzero) throw new RangeError(`${chain.name} has no LayerZero`);
  const { name, eid, chainId, provider } = chain;
  return { name, eid, chainId, provider, deployer: chain.wallet("deployer"), layerzero };
}

interface Wired {
  readonly options: Resolved;
  readonly chains: readonly LocalChain[];
  readonly record: NetworkRecord;
  readonly shutdown: Shutdown;
}

interface Delivered extends Wired {
  readonly parameters: NetworkParameters;
  readonly layerzero: readonly LayerZeroStack[];
}

async function startDelivery({
  options,
  parameters,
  chains,
  layerzero,
  record,
  shutdown,
}: Delivered): Promise<Workers> {
  const { seed = 1, faults = [], log } = options;
  const workers = startWorkers({
    chains: chains.flatMap((chain, index) => {
      const stack = layerzero[index];
      return stack ? [{ chain, layerzero: stack, fromBlock: record.chains[index]?.startBlock ?? 0 }] : [];
    }),
    plan: createFaultPlan(seed, faults),
    confirmations: parameters.messaging.confirmations,
    log,
  });
  await shutdown.add("the LayerZero workers", () => workers.stop());
  return workers;
}

async function startKeeping({ options, chains, record, shutdown }: Wired): Promise<Keeper> {
  const { isStarted = true, hasHeartbeats = true } = options.keeper ?? {};
  const kept = record.chains.flatMap((recorded) => {
    const chain = chains.find(({ eid }) => eid === recorded.eid);
    return chain ? [{ chain, hub: addressOf(recorded, "IncidentHub"), fromBlock: recorded.startBlock }] : [];
  });
  const keeper = createKeeper({ chains: kept, hasHeartbeats });
  await shutdown.add("the keeper", () => keeper.stop());
  if (isStarted) keeper.start();
  return keeper;
}
