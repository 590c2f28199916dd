import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Where the peer is, for as long as it is needed. */
export interface InstalledPeer {
  readonly dir: string;
  remove(): void;
}

const MANIFEST = fileURLToPath(new URL("./peer/package.json", import.meta.url));
/** It takes three minutes on a loaded machine. */
const INSTALL_LIMIT_MS = 600_000;
const INSTALL = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"];

/**
 * Installs the peer into a folder of its own, 820 MB, or takes the one that CORDON_BENCH_PEER names.
 * @returns the folder, or why there is none
 */
export async function installPeer(): Promise<InstalledPeer | string> {
  const given = process.env["CORDON_BENCH_PEER"];
  if (given) return { dir: given, remove: () => undefined };
  const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-peer-"));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  try {
    copyFileSync(MANIFEST, path.join(dir, "package.json"));
    await promisify(execFile)("npm", INSTALL, { cwd: dir, timeout: INSTALL_LIMIT_MS });
    return { dir, remove };
  } catch (error) {
    remove();
    return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  }
}
