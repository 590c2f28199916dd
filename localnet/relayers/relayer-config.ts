import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { writeJsonFile } from "../../deployments/json-file.ts";
import { type ChainRecord, type NetworkRecord, addressOf } from "../../deployments/network-record.ts";
import { type Role, operatorWallet, roleWallet } from "../chains/accounts.ts";
import type { LocalChain } from "../chains/start-chain.ts";

export type RelayerMode = "observe" | "tighten-only" | "full";

/** What a relayer does besides tightening, in the words of its configuration. */
export interface RelayerKeeping {
  readonly deliverAfterSeconds: number;
  readonly hasChores: boolean;
  /** Age at which an unverified packet counts as stuck. */
  readonly stuckAfterSeconds?: number;
}

export interface RelayerConfigOptions {
  readonly index: number;
  /** Operators whose keys this relayer holds. */
  readonly operators: readonly number[];
  readonly mode: RelayerMode;
  readonly dir: string;
  readonly chains: readonly LocalChain[];
  readonly record: NetworkRecord;
  readonly redis: RelayerRedis;
  /** The other nodes of an operators' quorum, and where this one listens for them; none unless given. */
  readonly quorum?: RelayerQuorum;
  /** How this relayer reaches a chain, in order of preference. */
  readonly rpcUrlsOf: (chain: LocalChain) => readonly string[];
  readonly reading?: RelayerReading | undefined;
  /** Left out, it only watches what goes on between hubs. */
  readonly keeping?: RelayerKeeping | undefined;
  /** Rules that it follows, as its configuration has them; with them it reads every chain's house. Mirroring alone unless given. */
  readonly policy?: RelayerPolicy | undefined;
}

/** The section `policy` of a relayer's configuration. */
export type RelayerPolicy = Readonly<Record<string, object>>;

/** How a relayer reads chains, where it is not as usual. */
export interface RelayerReading {
  readonly pollMs?: number;
  /** What so many blocks stand on is final; unless given, what the chain itself calls so. */
  readonly finalityDepth?: number;
  /** Endpoints that have to agree on what is final; 1 unless given. */
  readonly quorum?: number;
}

/** Where a relayer's jobs are: one server, or the master that Sentinels name. */
export type RelayerRedis = { readonly url: string } | { readonly sentinels: readonly string[]; readonly name: string };

export interface RelayerQuorum {
  /** Ports on which the relayers listen for each other, by index. */
  readonly ports: readonly number[];
  readonly backupDelaySeconds: number;
}

const POLL_MS = 250;
const OWNER_ONLY = 0o600;
const ROLES: readonly Role[] = ["relayer0", "relayer1", "relayer2"];
const HOUSEKEEPERS: readonly Role[] = ["housekeeper0", "housekeeper1", "housekeeper2"];
/** Local coin costs nothing, and the local chains' gas next to nothing. */
const ERRANDS_EVERY_MS = 250;
const RETRY_SECONDS = 2;

/** Most relayers of one local network: each needs an account of its own. */
export const MAX_RELAYERS = ROLES.length;

/** Writes configuration and keys of relayer `index` into its directory. @returns the configuration's file. */
export function writeRelayerConfig(options: RelayerConfigOptions): string {
  const { index, mode, dir, record } = options;
  const name = `relayer-${index}`;
  mkdirSync(dir, { recursive: true });
  const wallet = writeKey(dir, "wallet", roleWallet(ROLES[index] ?? "relayer0").privateKey);
  const operatorKeys = options.operators.map((of) => writeKey(dir, `operator-${of}`, operatorWallet(of).privateKey));
  const file = path.join(dir, "config.json");
  writeJsonFile(file, {
    name,
    mode,
    meshId: record.meshId,
    network: "devnet",
    chains: Object.fromEntries(options.chains.map((chain) => [chain.name, chainConfig(chain, options)])),
    wallet,
    operatorKeys,
    ...quorumConfig(options),
    // One server, but nothing in it that two relayers read: each has a key prefix of its own.
    redis: { ...redisConfig(options.redis), prefix: `{cordon-${name}}` },
    ...keepingConfig(options),
    ...(options.policy === undefined ? {} : { policy: options.policy }),
    journal: { dir: path.join(dir, "journal") },
    server: { host: "127.0.0.1", port: 0 },
    logLevel: "info",
  });
  return file;
}

/** Each relayer is one operator, and operator `n` is relayer `n`. */
function quorumConfig({ index, quorum }: RelayerConfigOptions) {
  if (quorum === undefined) return {};
  const peers = quorum.ports.map((port, of) => {
    const url = plain(`http://127.0.0.1:${port}`);
    return { name: `relayer-${of}`, operator: operatorWallet(of).address, url };
  });
  const listen = { host: "127.0.0.1", port: quorum.ports[index] ?? 0 };
  const others = peers.filter((_, of) => of !== index);
  return { quorum: { listen, peers: others, backupDelaySeconds: quorum.backupDelaySeconds } };
}

function redisConfig(redis: RelayerRedis) {
  if ("url" in redis) return { url: plain(redis.url) };
  return { sentinels: redis.sentinels.map(plain), name: redis.name };
}

function chainConfig(chain: LocalChain, { record, rpcUrlsOf, reading = {}, policy }: RelayerConfigOptions) {
  const recorded = record.chains.find(({ eid }) => eid === chain.eid);
  if (!recorded) throw new RangeError(`the record has no ${chain.name}`);
  return {
    eid: chain.eid,
    chainId: chain.chainId,
    hub: addressOf(recorded, "IncidentHub"),
    startBlock: recorded.startBlock,
    ...(policy === undefined ? {} : { venue: venueOf(recorded) }),
    rpcUrls: rpcUrlsOf(chain).map(plain),
    wsUrl: plain(chain.wsUrl),
    finality: reading.finalityDepth === undefined ? { tag: "finalized" } : { depth: reading.finalityDepth },
    pollMs: reading.pollMs ?? POLL_MS,
    ...(reading.quorum === undefined ? {} : { quorum: reading.quorum }),
  };
}

/** The house, and the desk through which a quorum instructs it. */
function venueOf(recorded: ChainRecord) {
  const [address, desk] = [addressOf(recorded, "ClearingHouse"), addressOf(recorded, "OperatorDesk")];
  return { address, desk, startBlock: recorded.startBlock };
}

function keepingConfig({ keeping, dir, index }: RelayerConfigOptions) {
  if (keeping === undefined) return {};
  const { stuckAfterSeconds, ...of } = keeping;
  const wallet = writeKey(dir, "housekeeper", roleWallet(HOUSEKEEPERS[index] ?? "housekeeper0").privateKey);
  return {
    ...(stuckAfterSeconds === undefined ? {} : { messages: { stuckAfterSeconds } }),
    keeping: { ...of, wallet, everyMs: ERRANDS_EVERY_MS, retryAfterSeconds: RETRY_SECONDS },
  };
}

/** Nothing secret: addresses of this machine. */
function plain(value: string) {
  return { type: "plain", value };
}

function writeKey(dir: string, name: string, key: string) {
  const file = path.join(dir, `${name}.key`);
  writeFileSync(file, `${key}\n`, { mode: OWNER_ONLY });
  return { type: "file", value: file };
}
