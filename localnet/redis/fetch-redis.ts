import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { SetupError, describeCause } from "../../deployments/setup-error.ts";
import { findOnPath } from "../processes/find-on-path.ts";

const run = promisify(execFile);

/** redis-server is a link into redis-tools; the other two are the libraries that a bare Debian or Ubuntu lacks. */
const PACKAGES = ["redis-server", "redis-tools", "liblzf1", "libjemalloc2"];
const STEP_TIMEOUT_MS = 120_000;

export interface FetchRedisOptions {
  readonly cacheDir: string;
  readonly log: (line: string) => void;
  /** What else the user can do, for the error message. */
  readonly fix: string;
}

/** Whether this machine has what {@link fetchRedis} needs. */
export function canFetchRedis(): boolean {
  return process.platform === "linux" && findOnPath("apt-get") !== undefined && findOnPath("dpkg") !== undefined;
}

/**
 * Unpacks Debian's redis-server into `cacheDir`/root without root and without installing anything.
 * Two processes may do this at once: each unpacks beside, and the first to finish keeps its result.
 * @throws SetupError "config" when the packages cannot be had.
 */
export async function fetchRedis(options: FetchRedisOptions): Promise<void> {
  const { cacheDir, log, fix } = options;
  const startedAt = performance.now();
  log("no redis-server found; fetching Debian's package into .cache/redis (once, nothing is installed)");
  const work = path.join(cacheDir, `fetch-${process.pid}`);
  try {
    await unpackInto(work);
    moveIntoPlace(path.join(work, "root"), path.join(cacheDir, "root"));
  } catch (error) {
    const problem = `Fetching redis-server with apt-get failed: ${describeFetchFailure(error)}.`;
    throw new SetupError("config", problem, { fix, cause: error });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  log(`redis-server fetched in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

async function unpackInto(work: string): Promise<void> {
  const debs = path.join(work, "deb");
  for (const folder of ["lists/partial", "archives/partial", "deb", "root"]) {
    mkdirSync(path.join(work, folder), { recursive: true });
  }
  const settings = [
    `Dir::State::lists=${work}/lists`,
    `Dir::Cache=${work}`,
    `Dir::Cache::archives=${work}/archives`,
    "Dir::State::status=/var/lib/dpkg/status",
    // apt's sandbox user may not write into a private directory.
    "APT::Sandbox::User=",
    "Debug::NoLocking=1",
  ].flatMap((setting) => ["-o", setting]);
  await run("apt-get", [...settings, "update", "-qq"], { timeout: STEP_TIMEOUT_MS });
  await run("apt-get", [...settings, "download", "-qq", ...PACKAGES], { cwd: debs, timeout: STEP_TIMEOUT_MS });
  for (const deb of readdirSync(debs)) {
    await run("dpkg", ["-x", path.join(debs, deb), path.join(work, "root")], { timeout: STEP_TIMEOUT_MS });
  }
}

function moveIntoPlace(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && ["ENOTEMPTY", "EEXIST"].includes(String(error.code));
    if (!isTaken) throw error;
  }
}

function describeFetchFailure(error: unknown): string {
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  return (stderr.split("\n").at(-1) ?? "") || describeCause(error);
}
