import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { SetupError } from "../../deployments/setup-error.ts";
import { findOnPath, isExecutable } from "../processes/find-on-path.ts";
import { PROJECT_ROOT } from "../project-root.ts";
import { canFetchRedis, fetchRedis } from "./fetch-redis.ts";

export interface RedisBinary {
  readonly command: string;
  /** Libraries unpacked beside a fetched server are not where the loader looks. */
  readonly env: Readonly<Record<string, string>>;
}

export interface FindRedisOptions {
  readonly cacheDir?: string;
  readonly log: (line: string) => void;
}

const SERVER_NAMES = ["valkey-server", "redis-server", "keydb-server"];
const DEFAULT_CACHE_DIR = path.join(PROJECT_ROOT, ".cache", "redis");
const INSTALL_FIX =
  "Set REDIS_URL to a running server or REDIS_SERVER_BIN to a binary, or install one " +
  "(apt-get install redis-server, brew install redis), or run `docker compose up -d redis`.";

/**
 * A Redis-compatible server binary: REDIS_SERVER_BIN, then PATH, then the project's cache, then a fetch into that cache
 * that needs no root.
 * @throws SetupError "config" when there is none.
 */
export async function findRedis(options: FindRedisOptions): Promise<RedisBinary> {
  const named = process.env["REDIS_SERVER_BIN"];
  if (named) return namedBinary(named);
  const onPath = findOnPath(...SERVER_NAMES);
  if (onPath) return { command: onPath, env: {} };
  const cacheDir = options.cacheDir ?? DEFAULT_CACHE_DIR;
  const cached = cachedBinary(cacheDir);
  if (cached) return cached;
  if (!canFetchRedis()) {
    throw new SetupError("config", "No redis-server was found.", { fix: INSTALL_FIX });
  }
  await fetchRedis({ cacheDir, log: options.log, fix: INSTALL_FIX });
  const fetched = cachedBinary(cacheDir);
  if (!fetched) throw new SetupError("config", "The fetched packages hold no redis-server.", { fix: INSTALL_FIX });
  return fetched;
}

function namedBinary(command: string): RedisBinary {
  if (!isExecutable(command)) {
    const problem = `REDIS_SERVER_BIN is ${command}, which is not an executable file.`;
    throw new SetupError("config", problem, { fix: "Correct it or unset it." });
  }
  return { command, env: {} };
}

function cachedBinary(cacheDir: string): RedisBinary | undefined {
  const root = path.join(cacheDir, "root", "usr");
  const command = path.join(root, "bin", "redis-server");
  if (!isExecutable(command)) return undefined;
  const libraries = path.join(root, "lib");
  // Debian puts libraries into one folder per machine type.
  const folders = existsSync(libraries) ? readdirSync(libraries).map((name) => path.join(libraries, name)) : [];
  return { command, env: folders.length === 0 ? {} : { LD_LIBRARY_PATH: folders.join(path.delimiter) } };
}
