import { SetupError, describeCause } from "../../../deployments/setup-error.ts";
import { parseSoakOptions } from "./options.ts";
import { type SoakReport, runSoak } from "./run-soak.ts";

const FAILED_EXIT = 1;

/** Progress goes beside the result, so that `--json` leaves one object on standard output. */
const progress = (line: string) => process.stderr.write(`${line}\n`);

function print({ seed, chains, blocks, seconds, done, checks, heapBytes }: SoakReport): string {
  const rows = checks.map(({ what, found, bound, isMet }) => [isMet ? "ok" : "NOT MET", what, found, bound]);
  const all = [["", "checked", "found", "bound"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  const counted = Object.entries(done).map(([what, count]) => `${what} ${count}`);
  const heap = `${(heapBytes.first / 1_048_576).toFixed(0)} MB at first, ${(heapBytes.last / 1_048_576).toFixed(0)} MB at last`;
  return [
    `${chains} chains, ${blocks} blocks each, seed ${seed}, ${seconds.toFixed(0)} s`,
    `${counted.join(", ")}; heap as sampled ${heap}`,
    "",
    ...all.map((row) => line(row).trimEnd()),
    "",
  ].join("\n");
}

const options = parseSoakOptions(process.argv.slice(2));
if ("exitCode" in options) process.exit(options.exitCode);
try {
  const report = await runSoak(options, progress);
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : print(report));
  if (report.checks.some(({ isMet }) => !isMet)) process.exitCode = FAILED_EXIT;
} catch (error) {
  process.stderr.write(`error: ${error instanceof SetupError ? error.message : describeCause(error)}\n`);
  process.exitCode = error instanceof SetupError ? error.exitCode : FAILED_EXIT;
}
