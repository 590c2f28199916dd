import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";

const run = promisify(execFile);

/** CCIP's contracts as Chainlink publishes them, compiled. Only fetched to be measured; no part of this project. */
const PACKAGE = "@chainlink/contracts-ccip@2.0.0";
const FILE = "chainlink-contracts-ccip-2.0.0.tgz";
const SHA512 = "P0KvQtZSYC1LevMSS16jOOSsqZG4g0n/MJdcWGmE0Z5U01NVYd1MnTQJOBPsbu1NWR79DBXPXLvyr9tR5y+tiw==";
const CACHE = fileURLToPath(new URL("../../../.cache/bench/", import.meta.url));
const FETCH_TIMEOUT_MS = 60_000;

const TAR_BLOCK_BYTES = 512;

/** Creation code of the contract that says what is cursed, and of the proxy that everybody asks it through. */
export interface ChainlinkCode {
  readonly rmnRemote: string;
  readonly rmnProxy: string;
}

/**
 * Reads Chainlink's compiled contracts from the cache, fetching them from the npm registry the first time.
 * @returns null when the registry is out of reach or answers with something else; says so on stderr.
 */
export async function fetchChainlinkCode(): Promise<ChainlinkCode | null> {
  try {
    const archive = gunzipSync(await fetchArchive());
    return {
      rmnRemote: readText(archive, "package/bytecode/v1_6_0/rmn_remote.bin"),
      rmnProxy: readText(archive, "package/bytecode/v1_0_0/rmn_proxy_contract.bin"),
    };
  } catch (error) {
    process.stderr.write(`Chainlink's RMNRemote is left out: ${PACKAGE} could not be had (${reasonOf(error)})\n`);
    return null;
  }
}

function reasonOf(error: unknown): string {
  const { message, stderr } = error as { message?: string; stderr?: string };
  const code = /npm error code (\S+)/.exec(stderr ?? "")?.[1];
  return code ?? message ?? String(error);
}

async function fetchArchive(): Promise<Buffer> {
  const cached = await readFile(CACHE + FILE).catch(() => null);
  if (cached !== null && digestOf(cached) === SHA512) return cached;
  await mkdir(CACHE, { recursive: true });
  const args = [
    "pack",
    PACKAGE,
    "--loglevel",
    "error",
    "--ignore-scripts",
    "--fetch-retries",
    "1",
    "--pack-destination",
    CACHE,
  ];
  await run("npm", args, { timeout: FETCH_TIMEOUT_MS, cwd: CACHE });
  const fetched = await readFile(CACHE + FILE);
  if (digestOf(fetched) !== SHA512) throw new RangeError("its sha512 is not the pinned one");
  return fetched;
}

function digestOf(file: Buffer): string {
  return createHash("sha512").update(file).digest("base64");
}

/** A tar archive is a block of header before each file, which is padded to whole blocks. */
function readText(archive: Buffer, path: string): string {
  for (let at = 0; at + TAR_BLOCK_BYTES <= archive.length;) {
    const name = archive.toString("latin1", at, at + 100).replace(/\0.*$/, "");
    const size = Number.parseInt(archive.toString("latin1", at + 124, at + 136), 8) || 0;
    const start = at + TAR_BLOCK_BYTES;
    if (name === path) return archive.toString("utf8", start, start + size).trim();
    at = start + Math.ceil(size / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
  }
  throw new RangeError(`it has no ${path}`);
}
