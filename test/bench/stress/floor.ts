import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { ACCOUNTS, PER_ACCOUNT, type Portfolio } from "./portfolio.ts";

const run = promisify(execFile);
const SOURCE = new URL("floor.c", import.meta.url).pathname;

/**
 * The same million positions in C, compiled here and now: median milliseconds, and the sum of all losses. Null where
 * there is no C compiler.
 */
export async function measureInC(portfolio: Portfolio): Promise<{ readonly ms: number; readonly sum: bigint } | null> {
  const dir = await mkdtemp(join(tmpdir(), "cordon-stress-"));
  try {
    const [binary, data] = [join(dir, "floor"), join(dir, "columns")];
    const isCompiled = await run("cc", ["-O2", "-ffp-contract=off", "-o", binary, SOURCE, "-lm"]).then(
      () => true,
      () => false,
    );
    if (!isCompiled) return null;
    await writeFile(data, columnsOf(portfolio));
    const { stdout } = await run(binary, [data]);
    const [ms = "", sum = ""] = stdout.trim().split(" ");
    return { ms: Number(ms), sum: BigInt(sum) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function columnsOf({ stress, cash, rows }: Portfolio): Buffer {
  const flat = rows.flat();
  const width = stress.scenarios.length;
  const parts = [
    new Int32Array([ACCOUNTS, PER_ACCOUNT, width, stress.marks.length / width]),
    cash,
    new Float64Array(flat.map(({ lots }) => lots)),
    new Float64Array(flat.map(({ cost }) => cost)),
    stress.marks,
    new Uint8Array(flat.map(({ market, lots }) => market * 2 + (lots < 0 ? 1 : 0))),
  ];
  return Buffer.concat(parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)));
}
