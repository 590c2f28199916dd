import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import path from "node:path";

import { SetupError, type SetupFailure } from "../../deployments/setup-error.ts";
import { type ManagedProcess, startProcess } from "../processes/start-process.ts";
import { PROJECT_ROOT } from "../project-root.ts";
import { waitUntil } from "../wait-until.ts";

/** One relayer process. */
export interface LocalRelayer {
  readonly name: string;
  readonly logFile: string;
  readonly configFile: string;
  /** Base of its HTTP pages, once it is ready. */
  readonly url: string | undefined;
  isRunning(): boolean;
  start(): Promise<void>;
  /** @throws SetupError when it ends first, or "temporary" when it takes longer. */
  waitReady(timeoutMs?: number): Promise<void>;
  /** Orderly end. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** The page in Prometheus' text format. */
  metrics(): Promise<string>;
  /** A JSON page, such as `/status`. */
  status(page?: string): Promise<unknown>;
}

export interface LocalRelayerOptions {
  readonly name: string;
  readonly configFile: string;
  readonly dir: string;
  /** What Node is told before the program; nothing unless given. */
  readonly nodeArgs?: readonly string[] | undefined;
}

const READY_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 15_000;
const PAGE_TIMEOUT_MS = 5_000;
const READY_MESSAGE = "relayer ready";

/** A relayer that has not been started. */
export function createLocalRelayer({ name, configFile, dir, nodeArgs = [] }: LocalRelayerOptions): LocalRelayer {
  const logFile = path.join(dir, "relayer.log");
  let running: ManagedProcess | undefined;
  let logStart = 0;
  let url: string | undefined;

  const page = async (path: string): Promise<Response> => {
    if (!url) throw notReady(name);
    const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) });
    return response;
  };
  const end = async (signal: NodeJS.Signals) => {
    await running?.end(signal, STOP_GRACE_MS);
    url = undefined;
  };
  return {
    name,
    logFile,
    configFile,
    get url() {
      return url;
    },
    isRunning: () => running?.isRunning() ?? false,
    async start() {
      logStart = existsSync(logFile) ? statSync(logFile).size : 0;
      url = undefined;
      running = await startProcess({
        command: process.execPath,
        args: [...nodeArgs, path.join(PROJECT_ROOT, "relayer", "main.ts"), "--config", configFile],
        cwd: PROJECT_ROOT,
        logFile,
        onParentDeath: "SIGKILL",
      });
    },
    async waitReady(timeoutMs = READY_TIMEOUT_MS) {
      const port = await waitUntil(() => findReadyPort(readFrom(logFile, logStart)), {
        what: `${name} to be ready`,
        timeoutMs,
        pollMs: 25,
        fix: `Look into ${logFile}.`,
        giveUp: () => refuseIfEnded({ name, logFile, process: running, logStart }),
      });
      url = `http://127.0.0.1:${port}`;
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    metrics: async () => (await page("/metrics")).text(),
    status: async (of = "/status") => (await page(of)).json(),
  };
}

/** The port in the line that the relayer logs once it is ready. */
function findReadyPort(log: string): number | undefined {
  for (const line of log.split("\n")) {
    if (!line.includes(READY_MESSAGE)) continue;
    const entry = parseLine(line);
    if (entry["msg"] === READY_MESSAGE && typeof entry["port"] === "number") return entry["port"];
  }
  return undefined;
}

function parseLine(line: string): Record<string, unknown> {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "object" && entry !== null ? { ...entry } : {};
  } catch {
    return {};
  }
}

/** Only what this start has logged. */
function readFrom(file: string, start: number): string {
  const size = statSync(file).size;
  const bytes = Buffer.alloc(Math.max(0, size - start));
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, bytes, 0, bytes.length, start);
  } finally {
    closeSync(descriptor);
  }
  return bytes.toString("utf8");
}

interface Ended {
  readonly name: string;
  readonly logFile: string;
  readonly process: ManagedProcess | undefined;
  readonly logStart: number;
}

/** Exit codes as operators know them. */
const FAILURES: Readonly<Record<number, SetupFailure>> = { 2: "usage", 75: "temporary", 78: "config" };

function refuseIfEnded({ name, logFile, process, logStart }: Ended): void {
  if (!process || process.isRunning()) return;
  const lastLine = readFrom(logFile, logStart).trim().split("\n").at(-1) ?? "";
  const said = parseLine(lastLine)["msg"] ?? (lastLine || "nothing");
  const failure = FAILURES[process.exitCode() ?? 1] ?? "fatal";
  throw new SetupError(failure, `${name} ended before it was ready; it said: ${String(said)}.`, {
    fix: `See ${logFile}.`,
  });
}

function notReady(name: string): SetupError {
  return new SetupError("temporary", `${name} is not ready.`, { fix: "Wait for it with waitReady()." });
}
