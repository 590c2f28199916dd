import { mkdirSync } from "node:fs";
import path from "node:path";
import { Redis } from "ioredis";
import { SetupError, describeCause } from "../../deployments/setup-error.ts";
import { findFreePort } from "../processes/free-port.ts";
import { type ManagedProcess, startProcess } from "../processes/start-process.ts";
import { waitUntil } from "../wait-until.ts";
import { findRedis, type RedisBinary } from "./find-redis.ts";

export interface RedisServer {
  readonly url: string;
  /** False when REDIS_URL names a server of the user's: it is then never stopped and never wiped. */
  readonly isPrivate: boolean;
  isRunning(): boolean;
  /** Orderly end. Data stays in the directory. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data after {@link stop} or {@link kill}; ends it first if it runs. */
  restart(): Promise<void>;
  /** Removes every key. */
  flush(): Promise<void>;
}

export interface RedisOptions {
  /** Where data and log go. */
  readonly dir: string;
  readonly log: (line: string) => void;
  /** Where a fetched server is kept; the project's own cache unless given. */
  readonly cacheDir?: string;
}

const READY_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 3_000;

/**
 * A Redis for one local network: the one that REDIS_URL names, else a private one on a free port of 127.0.0.1 that
 * dies with this process.
 * @throws SetupError "config" without a binary, "temporary" when REDIS_URL does not answer.
 */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  const givenUrl = process.env["REDIS_URL"];
  if (givenUrl) return useGivenRedis(givenUrl);
  const binary = await findRedis(options);
  mkdirSync(options.dir, { recursive: true });
  return createPrivateRedis(binary, options.dir);
}

async function useGivenRedis(url: string): Promise<RedisServer> {
  try {
    await withRedis(url, (redis) => redis.ping());
  } catch (error) {
    const problem = `REDIS_URL names a server that does not answer: ${describeCause(error)}.`;
    throw new SetupError("temporary", problem, { fix: "Start it, correct REDIS_URL, or unset it.", cause: error });
  }
  const refuse = async (): Promise<never> => {
    const problem = "The Redis that REDIS_URL names is not ours to stop or to wipe.";
    throw new SetupError("usage", problem, { fix: "Unset REDIS_URL to run with a private one." });
  };
  return {
    url,
    isPrivate: false,
    isRunning: () => true,
    stop: async () => {},
    kill: refuse,
    restart: refuse,
    flush: refuse,
  };
}

async function createPrivateRedis(binary: RedisBinary, dir: string): Promise<RedisServer> {
  const port = await findFreePort();
  const url = `redis://127.0.0.1:${port}/0`;
  const launch = () => launchRedis({ binary, dir, port, url });
  let server = await launch();
  return {
    url,
    isPrivate: true,
    isRunning: () => server.isRunning(),
    stop: () => server.end("SIGTERM"),
    kill: () => server.end("SIGKILL"),
    async restart() {
      await server.end("SIGTERM");
      server = await launch();
    },
    async flush() {
      await withRedis(url, (redis) => redis.flushall());
    },
  };
}

export interface LaunchOptions {
  readonly binary: RedisBinary;
  readonly dir: string;
  readonly port: number;
  readonly url: string;
  /** Instead of the usual ones. */
  readonly arguments?: readonly string[];
}

/** Starts one server and waits until it answers. */
export async function launchRedis(options: LaunchOptions): Promise<ManagedProcess> {
  const { binary, dir, port, url } = options;
  const server = await startProcess({
    command: binary.command,
    args: options.arguments ?? redisArguments(dir, port),
    env: binary.env,
    logFile: path.join(dir, "redis.log"),
    onParentDeath: "SIGTERM",
  });
  try {
    await waitUntil(() => answersPing(url), {
      what: "redis-server to answer",
      timeoutMs: READY_TIMEOUT_MS,
      giveUp: () => refuseIfEnded(server),
    });
  } catch (error) {
    await server.end("SIGKILL");
    throw error;
  }
  return server;
}

/** Durable to one second, which is enough for what can be rebuilt from the chains, and never evicts a job. */
function redisArguments(dir: string, port: number): string[] {
  const settings: Record<string, string> = {
    port: String(port),
    bind: "127.0.0.1",
    dir,
    save: "",
    appendonly: "yes",
    appendfsync: "everysec",
    "maxmemory-policy": "noeviction",
    daemonize: "no",
    loglevel: "notice",
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

function refuseIfEnded(server: ManagedProcess): void {
  if (server.isRunning()) return;
  const problem = `redis-server ended at once: ${server.logTail().split("\n").at(-1)}.`;
  throw new SetupError("fatal", problem, { fix: "Check REDIS_SERVER_BIN and that its libraries are installed." });
}

/** The answer has to be PONG: a server that is still loading its file answers with an error. */
async function answersPing(url: string): Promise<boolean> {
  return withRedis(url, (redis) => redis.ping()).then(
    (answer) => answer === "PONG",
    () => false,
  );
}

/** Runs `use` on a connection of its own that fails at once rather than to wait for the server to come back. */
export async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The failure reaches the caller through the command; without a listener it would also end the process.
  redis.on("error", () => {});
  try {
    await redis.connect();
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
