import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

const MAIN = path.join(import.meta.dirname, "..", "..", "..", "relayer", "main.ts");

/** Runs a verb of the relayer as an operator would. */
export async function runRelayerVerb(...args: string[]): Promise<{ readonly code: number; readonly out: string }> {
  const run = promisify(execFile);
  return run(process.execPath, [MAIN, ...args]).then(
    ({ stdout }) => ({ code: 0, out: stdout }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: stdout + stderr };
    },
  );
}
