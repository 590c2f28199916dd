import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

import { listProcesses } from "./processes.ts";

const MAIN = fileURLToPath(new URL("../../../localnet/demo/main.ts", import.meta.url));

export const DATA_DIR = fileURLToPath(new URL("../data/", import.meta.url));
/** An hour of recorded minutes: see the README beside it. */
export const RECORDED = path.join(DATA_DIR, "bitmex_XBTUSD_1m_20200312_1020_1119.csv");

const Rungs = z.object({ rung: z.string(), margin: z.string() });
const Times = z.record(z.string(), z.object({ direct: z.number().nullable(), layerzero: z.number().nullable() }));
const Trip = Rungs.extend({ chain: z.string(), market: z.int(), price: z.string(), time: z.int() });
const TransactionCounts = z.object({
  directives: z.int(),
  broadcasts: z.int(),
  verifications: z.int(),
  commits: z.int(),
  executions: z.int(),
  lifts: z.int(),
});

const House = z.object({ opens: z.boolean(), closes: z.boolean(), deposits: z.boolean(), withdrawablePpm: z.number() });

/** What `--json` prints. */
const Report = z.object({
  verdict: z.string(),
  chains: z.array(z.object({ name: z.string(), eid: z.int(), chainId: z.int() })),
  trip: Trip,
  timeToTightenMs: Times,
  trips: z.array(Trip.extend({ timeToTightenMs: Times })),
  /** By stage and chain. */
  digests: z.record(z.string(), z.record(z.string(), z.string())),
  postures: z.record(z.string(), z.record(z.string(), Rungs)),
  houses: z.record(z.string(), z.record(z.string(), House)),
  faults: z.array(z.string()),
  transactions: TransactionCounts,
  seed: z.int(),
  data: z.string(),
});

export type DemoReport = z.output<typeof Report>;

export interface DemoEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Processes and files that it left behind. */
  readonly leftovers: readonly string[];
}

export interface Demo {
  readonly child: ChildProcess;
  /** What it has printed on standard error so far. */
  stderr(): string;
  readonly ended: Promise<DemoEnd>;
}

/** Starts the demo as a process of its own, with everything temporary in a place of its own. */
export function startDemo(args: readonly string[]): Demo {
  const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-demo-test-"));
  const env = { ...process.env, TMPDIR: dir, REDIS_URL: "" };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const waitForEnd = async (): Promise<DemoEnd> => {
    await once(child, "close");
    const leftovers = [...(await listProcesses(dir)), ...readdirSync(dir)];
    rmSync(dir, { recursive: true, force: true });
    return { exitCode: child.exitCode, stdout, stderr, leftovers };
  };
  return { child, stderr: () => stderr, ended: waitForEnd() };
}

export function parseReport(stdout: string): DemoReport {
  return Report.parse(JSON.parse(stdout));
}
