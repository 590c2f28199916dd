import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { findFreePort } from "../processes/free-port.ts";
import type { ManagedProcess } from "../processes/start-process.ts";
import { waitUntil } from "../wait-until.ts";
import { findRedis, type RedisBinary } from "./find-redis.ts";
import { launchRedis, withRedis } from "./start-redis.ts";

const SERVERS = 3;
const SENTINELS = 3;
const SLOTS = 16_384;
const MASTER = "cordon";
/** A master that is silent for so long is down, and a failover that takes longer is tried anew. */
const DOWN_AFTER_MS = 800;
const FAILOVER_MS = 2_000;
const FORMED_TIMEOUT_MS = 20_000;

/** Several Redis servers that act as one. For tests of what a group does when one of its servers goes. */
export interface RedisGroup {
  /** Where clients begin: Sentinels, or nodes of the cluster. */
  readonly urls: readonly string[];
  /** Of the master; empty for a cluster. */
  readonly name: string;
  /** Ends the master, or the node that holds the slot of `key`, as a crash would. */
  killMaster(key?: string): Promise<void>;
  /** Ends every server (Sentinels stay). */
  killAll(): Promise<void>;
  /** Starts those servers again that do not run, and waits until the group works. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

interface Member {
  readonly port: number;
  readonly url: string;
  readonly launch: () => Promise<ManagedProcess>;
  process: ManagedProcess;
}

/** One master, two replicas, three Sentinels of which two decide. */
export async function startSentinelGroup(dir: string): Promise<RedisGroup> {
  const binary = await findRedis({ log: () => undefined });
  const master = await startMember(binary, path.join(dir, "server-0"), {});
  const replicas = await Promise.all(
    Array.from({ length: SERVERS - 1 }, (_, index) =>
      startMember(binary, path.join(dir, `server-${index + 1}`), { replicaof: `127.0.0.1 ${master.port}` }),
    ),
  );
  const members = [master, ...replicas];
  const sentinels = await Promise.all(
    Array.from({ length: SENTINELS }, (_, index) => startSentinel(binary, path.join(dir, `sentinel-${index}`), master)),
  );
  const [first] = sentinels;
  const isFormed = async () => {
    const urls = members.map(({ url }) => url);
    const roles = await Promise.all(urls.map((url) => infoOf(url, "replication").catch(() => "")));
    const info = await sentinelInfo(first?.url ?? "");
    const isKnown = info.includes("status=ok") && info.includes(`slaves=${SERVERS - 1},sentinels=${SENTINELS}`);
    return isKnown && roles.filter((role) => role.includes("role:master")).length === 1;
  };
  await waitUntil(isFormed, { what: "the Sentinels to know each other", timeoutMs: FORMED_TIMEOUT_MS });

  const masterNow = async () => {
    const [, port] = await withRedis(first?.url ?? "", async (redis) => {
      return (await redis.call("SENTINEL", "get-master-addr-by-name", MASTER)) as [string, string];
    });
    return members.find((member) => member.port === Number(port)) ?? master;
  };
  return {
    ...groupOf(members, isFormed, async () => {
      const now = await masterNow();
      // What it has not sent to its replicas goes with it: replication is asynchronous.
      await withRedis(now.url, async (redis) => {
        await redis.set("sent", "1");
        await redis.wait(SERVERS - 1, DOWN_AFTER_MS);
      });
      return now;
    }),
    urls: sentinels.map(({ url }) => url),
    name: MASTER,
    stop: () => endAll([...sentinels, ...members]),
  };
}

/** Three masters that share all slots. No replicas: a node that goes takes its slots along until it is back. */
export async function startRedisCluster(dir: string): Promise<RedisGroup> {
  const binary = await findRedis({ log: () => undefined });
  const members: Member[] = [];
  const busPorts: number[] = [];
  for (let index = 0; index < SERVERS; index += 1) {
    const busPort = await findFreePort();
    const settings = {
      "cluster-enabled": "yes",
      "cluster-port": String(busPort),
      "cluster-node-timeout": "1000",
      // One slot is enough for a relayer: it goes on while the node that holds it does.
      "cluster-require-full-coverage": "no",
    };
    members.push(await startMember(binary, path.join(dir, `node-${index}`), settings));
    busPorts.push(busPort);
  }
  const share = Math.ceil(SLOTS / SERVERS);
  await Promise.all(
    members.map(({ url }, index) =>
      withRedis(url, async (redis) => {
        const last = Math.min((index + 1) * share, SLOTS) - 1;
        await redis.call("CLUSTER", "ADDSLOTSRANGE", index * share, last);
        for (const [other, { port }] of members.entries()) {
          if (other !== index) await redis.call("CLUSTER", "MEET", "127.0.0.1", port, busPorts[other] ?? 0);
        }
      }),
    ),
  );
  const isFormed = async () => {
    const infos = await Promise.all(members.map(({ url }) => clusterInfo(url).catch(() => "")));
    return infos.every((info) => info.includes("cluster_state:ok") && info.includes(`cluster_slots_ok:${SLOTS}`));
  };
  await waitUntil(isFormed, { what: "the cluster to form", timeoutMs: FORMED_TIMEOUT_MS });

  const holderOf = async (key = "") => {
    const [first] = members;
    const slot = Number(await withRedis(first?.url ?? "", (redis) => redis.call("CLUSTER", "KEYSLOT", key)));
    return members[Math.floor(slot / share)] ?? (first as Member);
  };
  return {
    ...groupOf(members, isFormed, holderOf),
    urls: members.map(({ url }) => url),
    name: "",
    stop: () => endAll(members),
  };
}

function groupOf(
  members: readonly Member[],
  isFormed: () => Promise<boolean>,
  master: (key?: string) => Promise<Member>,
): Pick<RedisGroup, "killMaster" | "killAll" | "restore"> {
  return {
    killMaster: async (key) => (await master(key)).process.end("SIGKILL"),
    killAll: async () => void (await Promise.all(members.map(({ process }) => process.end("SIGKILL")))),
    async restore() {
      for (const member of members) if (!member.process.isRunning()) member.process = await member.launch();
      await waitUntil(isFormed, { what: "the Redis group to be whole again", timeoutMs: FORMED_TIMEOUT_MS });
    },
  };
}

async function startMember(
  binary: RedisBinary,
  dir: string,
  settings: Readonly<Record<string, string>>,
): Promise<Member> {
  mkdirSync(dir, { recursive: true });
  const port = await findFreePort();
  const url = `redis://127.0.0.1:${port}/0`;
  // In a file: a Sentinel that makes it master or replica has that written there, and so it comes back as what it was.
  const file = path.join(dir, "redis.conf");
  const all = { port: String(port), bind: "127.0.0.1", dir, save: '""', appendonly: "yes", ...settings };
  writeFileSync(
    file,
    Object.entries(all)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(""),
  );
  const launch = () => launchRedis({ binary, dir, port, url, arguments: [file] });
  return { port, url, launch, process: await launch() };
}

async function startSentinel(binary: RedisBinary, dir: string, master: Member): Promise<Member> {
  mkdirSync(dir, { recursive: true });
  const port = await findFreePort();
  const url = `redis://127.0.0.1:${port}/0`;
  // A Sentinel writes what it learns into its file.
  const file = path.join(dir, "sentinel.conf");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${dir}`,
    `sentinel monitor ${MASTER} 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER} ${FAILOVER_MS}`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const launch = () => launchRedis({ binary, dir, port, url, arguments: [file, "--sentinel"] });
  return { port, url, launch, process: await launch() };
}

async function endAll(members: readonly Member[]): Promise<void> {
  await Promise.all(members.map(({ process }) => process.end("SIGKILL")));
}

function infoOf(url: string, section: string): Promise<string> {
  return withRedis(url, (redis) => redis.info(section));
}

function sentinelInfo(url: string): Promise<string> {
  return infoOf(url, "sentinel").catch(() => "");
}

function clusterInfo(url: string): Promise<string> {
  return withRedis(url, async (redis) => String(await redis.call("CLUSTER", "INFO")));
}
