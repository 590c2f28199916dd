import { Cluster, Redis, type RedisOptions } from "ioredis";

import { reconnectMs } from "./settings.ts";

/** Where the queue's Redis is. URLs carry credentials where they are needed. */
export type RedisTarget =
  | { readonly kind: "server"; readonly url: string }
  /** Sentinels know which server is the master named `name`. */
  | { readonly kind: "sentinels"; readonly urls: readonly string[]; readonly name: string }
  /** Some nodes of a cluster; they name the others. */
  | { readonly kind: "cluster"; readonly urls: readonly string[] };

export type RedisConnection = Redis | Cluster;

/** How long a cluster may take to say who holds which slot. */
const SLOTS_TIMEOUT_MS = 2_000;

/** What ioredis takes, less what changes the shape of its answers. */
type ConnectionOptions = Omit<RedisOptions, "replyMapping">;

/** Opens a connection with `options`, to whichever server `target` leads to now and after every failover. */
export function connectRedis(target: RedisTarget, options: ConnectionOptions): RedisConnection {
  switch (target.kind) {
    case "server":
      return new Redis(target.url, options);
    case "sentinels": {
      const [first] = target.urls.map(parseUrl);
      return new Redis({
        ...options,
        ...credentialsOf(first),
        ...(first?.password === undefined ? {} : { sentinelPassword: first.password }),
        sentinels: target.urls.map(parseUrl).map(({ host, port }) => ({ host, port })),
        name: target.name,
        sentinelRetryStrategy: reconnectMs,
        // A master that was cut off still answers: its sentinels say that it is one no more.
        failoverDetector: true,
      });
    }
    case "cluster": {
      const { enableOfflineQueue, retryStrategy: _, ...redisOptions } = options;
      const nodes = target.urls.map(parseUrl);
      return new Cluster(
        nodes.map(({ host, port }) => ({ host, port })),
        {
          ...(enableOfflineQueue === undefined ? {} : { enableOfflineQueue }),
          clusterRetryStrategy: reconnectMs,
          slotsRefreshTimeout: SLOTS_TIMEOUT_MS,
          redisOptions: { ...redisOptions, ...credentialsOf(nodes[0]) },
        },
      );
    }
  }
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly isTls: boolean;
}

const DEFAULT_PORT = 6_379;

function parseUrl(url: string): Place {
  const { hostname, port, username, password, protocol } = new URL(url);
  return {
    host: hostname,
    port: port === "" ? DEFAULT_PORT : Number(port),
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    isTls: protocol === "rediss:",
  };
}

/** One account for all of them: that of the first URL. */
function credentialsOf(place: Place | undefined): ConnectionOptions {
  if (place === undefined) return {};
  const { username, password, isTls } = place;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(isTls ? { tls: {} } : {}),
  };
}
