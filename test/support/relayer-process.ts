import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../relayer/main.ts", import.meta.url));
const LIMIT_MS = 20_000;

/** The process under test, in the hands of a supervisor. */
export interface RelayerProcess {
  readonly lines: Record<string, unknown>[];
  /** Everything it printed. */
  output(): string;
  readonly stderr: () => string;
  readonly exit: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
  /** Waits for a log line with this message. */
  line(message: string): Promise<Record<string, unknown>>;
}

/** `relayer <args>`, as an operator would start it. */
export function spawnRelayer(args: readonly string[]): RelayerProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const exit = once(child, "close").then(([code]) => code as number | null);
  const parsed = () =>
    out.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Record<string, unknown>] : []));
  return {
    get lines() {
      return parsed();
    },
    output: () => out + err,
    stderr: () => err,
    exit,
    signal: (name) => void child.kill(name),
    async line(message) {
      await until(() => parsed().some(({ msg }) => msg === message) || child.exitCode !== null);
      const found = parsed().find(({ msg }) => msg === message);
      if (found === undefined) throw new TypeError(`ended without "${message}":\n${out}${err}`);
      return found;
    },
  };
}

/** @throws TypeError when it is not met in time */
export async function until(isMet: () => boolean | Promise<boolean>): Promise<void> {
  for (const endMs = performance.now() + LIMIT_MS; !(await isMet()); await sleep(20)) {
    if (performance.now() > endMs) throw new TypeError("waited in vain");
  }
}
