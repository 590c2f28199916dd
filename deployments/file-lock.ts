import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { SetupError } from "./setup-error.ts";

/**
 * Runs `work` while no other process does the same for `file`. Two runs with one key would take each other's nonces. A
 * lock whose process has ended is nobody's.
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  mkdirSync(path.dirname(lock), { recursive: true });
  if (!take(lock)) {
    const holder = readHolder(lock);
    if (holder !== null && isRunning(holder)) {
      const problem = `Process ${holder} is already at work on ${file}.`;
      throw new SetupError("temporary", problem, { fix: "Wait until it has ended, then run again." });
    }
    rmSync(lock, { force: true });
    if (!take(lock)) throw new SetupError("temporary", `${lock} is in use.`, { fix: "Run again." });
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readHolder(lock: string): number | null {
  try {
    const pid = Number(readFileSync(lock, "utf8").trim());
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // There, but not ours to signal.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
