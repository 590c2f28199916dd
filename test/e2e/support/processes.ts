import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Command lines of running processes that name `dir`: chains, Redis and relayers all do. */
export async function listProcesses(dir: string): Promise<readonly string[]> {
  const { stdout } = await run("ps", ["-eo", "args"]);
  return stdout.split("\n").filter((line) => line.includes(dir));
}
