import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { Socket } from "node:net";
import path from "node:path";
import { SetupError, describeCause } from "../../deployments/setup-error.ts";
import { findOnPath } from "./find-on-path.ts";

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Everything the process prints is appended here. */
  readonly logFile: string;
  /** What it receives when this process ends in any way, `kill -9` included. */
  readonly onParentDeath: "SIGTERM" | "SIGKILL";
}

export interface ManagedProcess {
  readonly pid: number;
  isRunning(): boolean;
  /** Null while it runs, and when a signal ended it. */
  exitCode(): number | null;
  readonly exited: Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Sends `signal`, and SIGKILL when it has not ended within `graceMs`. Resolves once it has ended. */
  end(signal: NodeJS.Signals, graceMs?: number): Promise<void>;
  /** The last lines it printed, for an error message. */
  logTail(): string;
}

const DEFAULT_GRACE_MS = 5_000;
const TAIL_CHARS = 400;

/**
 * Starts a process that never outlives this one. It gets a process group of its own, so that Ctrl-C in a terminal
 * reaches only us and the shutdown stays in our order.
 * @throws SetupError "fatal" when it cannot be started.
 */
export async function startProcess(options: ProcessOptions): Promise<ManagedProcess> {
  const setpriv = process.platform === "linux" ? findOnPath("setpriv") : undefined;
  const signalName = options.onParentDeath.replace("SIG", "");
  const [command, args] = setpriv
    ? [setpriv, ["--pdeathsig", signalName, "--", options.command, ...options.args]]
    : [options.command, [...options.args]];
  const log = openSync(options.logFile, "a");
  const child = spawn(command, args, {
    stdio: ["ignore", log, log],
    detached: true,
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  closeSync(log);
  await onceSpawned(child, options.command);
  const managed = manage(child, options.logFile);
  if (!setpriv) followParent(managed, signalName);
  return managed;
}

function onceSpawned(child: ChildProcess, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => {
      const fix = "Check that the file exists and may be executed.";
      const problem = `Could not start ${path.basename(command)}: ${describeCause(error)}.`;
      reject(new SetupError("fatal", problem, { fix, cause: error }));
    });
  });
}

function manage(child: ChildProcess, logFile: string): ManagedProcess {
  // "spawn" has been seen, so there is a pid.
  const pid = child.pid ?? 0;
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const signal = (name: NodeJS.Signals) => {
    if (isRunning()) child.kill(name);
  };
  return {
    pid,
    isRunning,
    exitCode: () => child.exitCode,
    exited,
    signal,
    async end(name, graceMs = DEFAULT_GRACE_MS) {
      signal(name);
      // A stopped process only acts on a signal once it goes on.
      signal("SIGCONT");
      const killer = setTimeout(() => signal("SIGKILL"), graceMs);
      await exited;
      clearTimeout(killer);
    },
    logTail: () => readFileSync(logFile, "utf8").trim().slice(-TAIL_CHARS),
  };
}

/** Where the kernel cannot tell a child that its parent died: a shell that waits for the end of a pipe we hold. */
function followParent(managed: ManagedProcess, signalName: string): void {
  const script = `read -r _; kill -${signalName} ${managed.pid} 2>/dev/null; kill -CONT ${managed.pid} 2>/dev/null`;
  const follower = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  follower.unref();
  if (follower.stdin instanceof Socket) follower.stdin.unref();
  void managed.exited.then(() => follower.kill("SIGKILL"));
}
