import { SetupError, describeCause } from "../../deployments/setup-error.ts";
import { describeFaults, parseDemoOptions } from "./options.ts";
import { renderVerdict } from "./render.ts";
import { findFailures, toJson } from "./report.ts";
import { runDemo } from "./run-demo.ts";

/** Some chains did not agree: a check that found a difference. */
const EXIT_DIFFERENCE = 3;
const EXIT_FATAL = 1;

async function main(argv: readonly string[]): Promise<number> {
  const options = parseDemoOptions(argv);
  if (options === null) {
    process.stdout.write(describeFaults());
    return 0;
  }
  const progress = options.json ? process.stderr : process.stdout;
  const run = await runDemo(options, (line) => progress.write(`${line}\n`));
  process.stdout.write(options.json ? `${JSON.stringify(toJson(run))}\n` : renderVerdict(run));
  return findFailures(run).length === 0 ? 0 : EXIT_DIFFERENCE;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`cordon demo: ${describeCause(error)}\n`);
  process.exitCode = error instanceof SetupError ? error.exitCode : EXIT_FATAL;
}
