import path from "node:path";

import type { NetworkRecord } from "../../deployments/network-record.ts";
import type { LocalChain } from "../chains/start-chain.ts";
import { type FaultyEndpoint, startFaultyEndpoint } from "../faults/faulty-endpoint.ts";
import { findFreePort } from "../processes/free-port.ts";
import type { RedisServer } from "../redis/start-redis.ts";
import type { Shutdown } from "../shutdown.ts";
import {
  type RelayerKeeping,
  type RelayerMode,
  type RelayerPolicy,
  type RelayerQuorum,
  type RelayerReading,
  type RelayerRedis,
  writeRelayerConfig,
} from "./relayer-config.ts";
import { type LocalRelayer, createLocalRelayer } from "./start-relayer.ts";

/** A chain's own endpoint, or one in front of it that does by name what bad endpoints do. */
export type EndpointKind = "direct" | "faulty";

export interface RelayersOptions {
  /** 0 to 3; 1 unless given. */
  readonly relayers?: number;
  /** "tighten-only" unless given. */
  readonly relayerMode?: RelayerMode;
  /** Operator keys that each relayer holds: 2 for a lone relayer and for replicas, else 1 each, so that two make a quorum. */
  readonly operatorKeysPerRelayer?: number;
  /** Whether all hold the keys of the same operators, as replicas do. Each has a wallet and a Redis prefix of its own. */
  readonly areReplicas?: boolean;
  /** Whether the relayers ask each other for signatures. Unless told otherwise they do when each holds one key. */
  readonly hasQuorum?: boolean;
  /** How long a relayer waits for the one whose turn it is; 10 s unless given. */
  readonly backupDelaySeconds?: number;
  /** How a relayer reaches a chain, in order of preference; directly unless given. */
  readonly endpointsOf?: (relayer: number, chain: LocalChain) => readonly EndpointKind[];
  readonly relayerReading?: RelayerReading;
  /** Where relayers find Redis, given the local network's own; there unless given. */
  readonly relayerRedis?: (own: RedisServer) => RelayerRedis | Promise<RelayerRedis>;
  /** What each relayer does besides tightening; nothing unless given. */
  readonly relayerKeeping?: RelayerKeeping;
  /** Rules that each relayer follows besides mirroring; with them it reads every chain's house. */
  readonly relayerPolicy?: RelayerPolicy;
  /** What Node is told before each relayer's program; nothing unless given. */
  readonly relayerNodeArgs?: readonly string[];
}

export interface RelayersSite {
  readonly chains: readonly LocalChain[];
  readonly record: NetworkRecord;
  readonly redis: RedisServer;
  readonly dir: string;
  readonly shutdown: Shutdown;
  readonly log: (line: string) => void;
}

export interface LocalRelayers {
  readonly relayers: readonly LocalRelayer[];
  endpoint(relayer: number, chain: LocalChain): FaultyEndpoint;
}

/** Starts all relayers at once, and fails only once all have come to an end: what did start is known to the shutdown. */
export async function startRelayers(options: RelayersOptions, site: RelayersSite): Promise<LocalRelayers> {
  const { relayers: count = 1, relayerMode: mode = "tighten-only" } = options;
  const keysEach = options.operatorKeysPerRelayer ?? (count === 1 || options.areReplicas === true ? 2 : 1);
  if (count > 0) site.log(count === 1 ? "starting the relayer" : `starting ${count} relayers`);
  const fleet = { count, keysEach, mode };
  const quorum = await chooseQuorum(options, fleet);
  const redis = (await options.relayerRedis?.(site.redis)) ?? { url: site.redis.url };
  const endpoints = new Map<string, FaultyEndpoint>();
  const starting = Array.from({ length: count }, (_, index) =>
    startOne(options, site, { ...fleet, index, quorum, redis, endpoints }),
  );
  await Promise.allSettled(starting);
  return {
    relayers: await Promise.all(starting),
    endpoint(relayer, chain) {
      const endpoint = endpoints.get(placeOf(relayer, chain));
      if (endpoint === undefined) throw new RangeError(`nothing stands between relayer-${relayer} and ${chain.name}`);
      return endpoint;
    },
  };
}

interface Fleet {
  readonly count: number;
  readonly keysEach: number;
  readonly mode: RelayerMode;
}

interface Place extends Fleet {
  readonly index: number;
  readonly quorum: RelayerQuorum | null;
  readonly redis: RelayerRedis;
  readonly endpoints: Map<string, FaultyEndpoint>;
}

async function startOne(options: RelayersOptions, site: RelayersSite, place: Place): Promise<LocalRelayer> {
  const { chains, record, shutdown } = site;
  const { index, keysEach, mode, quorum, redis } = place;
  const dir = path.join(site.dir, `relayer-${index}`);
  const first = options.areReplicas === true ? 0 : index * keysEach;
  const urls = new Map<LocalChain, readonly string[]>();
  for (const chain of chains) urls.set(chain, await urlsOf(options, site, { place, chain }));
  const configFile = writeRelayerConfig({
    ...{ index, mode, dir, chains, record, redis, keeping: options.relayerKeeping, reading: options.relayerReading },
    policy: options.relayerPolicy,
    operators: Array.from({ length: keysEach }, (_, key) => first + key),
    rpcUrlsOf: (chain) => urls.get(chain) ?? [chain.rpcUrl],
    ...(quorum === null ? {} : { quorum }),
  });
  const relayer = createLocalRelayer({ name: `relayer-${index}`, configFile, dir, nodeArgs: options.relayerNodeArgs });
  await shutdown.add(relayer.name, () => relayer.stop());
  await relayer.start();
  await relayer.waitReady();
  return relayer;
}

async function urlsOf(
  { endpointsOf }: RelayersOptions,
  { shutdown }: RelayersSite,
  { place, chain }: { place: Place; chain: LocalChain },
): Promise<readonly string[]> {
  const kinds = endpointsOf?.(place.index, chain) ?? ["direct"];
  if (!kinds.includes("faulty")) return kinds.map(() => chain.rpcUrl);
  const endpoint = await startFaultyEndpoint(chain.rpcUrl);
  await shutdown.add(`the endpoint before ${chain.name}`, () => endpoint.close());
  place.endpoints.set(placeOf(place.index, chain), endpoint);
  return kinds.map((kind) => (kind === "faulty" ? endpoint.url : chain.rpcUrl));
}

function placeOf(relayer: number, chain: LocalChain): string {
  return `${relayer}/${chain.name}`;
}

/** A quorum needs nodes with one key each; one node alone has nobody to ask. */
async function chooseQuorum(
  { hasQuorum = true, areReplicas = false, backupDelaySeconds = 10 }: RelayersOptions,
  { count, keysEach, mode }: Fleet,
): Promise<RelayerQuorum | null> {
  if (!hasQuorum || areReplicas || count < 2 || keysEach !== 1 || mode === "observe") return null;
  const ports: number[] = [];
  for (let index = 0; index < count; index += 1) ports.push(await findFreePort());
  return { ports, backupDelaySeconds };
}
