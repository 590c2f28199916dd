import { spawn } from "node:child_process";
import path from "node:path";

/** Node keeps here what it has made of source files, so that each of the many processes of a gate does not begin with it anew. */
const COMPILED = path.resolve(".cache", "node");

/** One command of a gate, with the time it may take. */
export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where it runs; here unless given. */
  readonly cwd?: string;
  readonly timeoutMs: number;
}

export interface StepResult {
  readonly step: Step;
  readonly exitCode: number;
  readonly output: string;
  readonly durationMs: number;
}

/** Runs one command to its end. `onOutput` sees what it prints as it prints it; a step past its time is killed. */
export async function runStep(step: Step, onOutput: (text: string) => void = () => undefined): Promise<StepResult> {
  const startedAt = performance.now();
  const child = spawn(step.command, step.args, {
    env: { ...process.env, FORCE_COLOR: "0", NODE_COMPILE_CACHE: COMPILED, ...step.env },
    ...(step.cwd === undefined ? {} : { cwd: step.cwd }),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  const collect = (chunk: Buffer): void => {
    const text = chunk.toString();
    output += text;
    onOutput(text);
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const timer = setTimeout(() => {
    collect(Buffer.from(`\n${step.name}: killed after ${String(step.timeoutMs / 1000)} s\n`));
    killGroup(child.pid);
  }, step.timeoutMs);

  const exitCode = await new Promise<number>((resolve) => {
    child.on("error", (error) => {
      collect(Buffer.from(`${step.command}: ${error.message}\n`));
      resolve(1);
    });
    child.on("close", (code) => {
      resolve(code ?? 1);
    });
  });
  clearTimeout(timer);
  return { step, exitCode, output, durationMs: performance.now() - startedAt };
}

/** Runs each of `items` in order, `atOnce` at a time. */
export async function runInLanes<T>(
  items: readonly T[],
  atOnce: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** The step's whole process group, so that no chain or Redis that it started is left behind. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself between the timer and the kill.
  }
}

/** Seconds with one decimal, for a person. */
export function formatSeconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
