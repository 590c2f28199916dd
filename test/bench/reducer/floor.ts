import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import type { Deltas } from "../../../relayer/domain/exposure/deltas.ts";
import type { Exposure } from "../../../relayer/domain/exposure/exposure.ts";

const SOURCE = fileURLToPath(new URL("./floor.c", import.meta.url));
const COMPILE_LIMIT_MS = 60_000;
const RUN_LIMIT_MS = 60_000;

/** What the floor took, and what it came to. */
export interface FloorRun {
  /** Nanoseconds of processor time, by round. */
  readonly roundsNs: readonly number[];
  /** Cells, then sums by chain, by market, of the mesh. */
  readonly sums: readonly bigint[];
}

/** The same additions in C, compiled with -O3 here and now; null where there is no C compiler. */
export function runFloor(deltas: Deltas, chains: number, rounds: number): FloorRun | null {
  const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-reducer-"));
  try {
    const program = path.join(dir, "floor");
    if (!compile(program)) return null;
    const file = path.join(dir, "deltas");
    writeFileSync(file, Buffer.concat([bytesOf(deltas.slots), bytesOf(deltas.lots)]));
    const args = [file, String(deltas.count), String(chains), String(rounds)];
    const lines = execFileSync(program, args, { encoding: "utf8", timeout: RUN_LIMIT_MS }).trim().split("\n");
    return {
      roundsNs: lines.slice(0, -1).map(Number),
      sums: (lines.at(-1) ?? "").split(" ").map(BigInt),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** In the order of {@link FloorRun.sums}. */
export function sumsOf({ cells, byChain, byMarket, mesh }: Exposure): readonly bigint[] {
  return [...cells, ...byChain, ...byMarket, ...mesh];
}

function compile(program: string): boolean {
  try {
    execFileSync("cc", ["-O3", "-march=native", "-o", program, SOURCE], { timeout: COMPILE_LIMIT_MS, stdio: "ignore" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
