import { systemClock } from "../adapters/clock/system-clock.ts";
import { Lifecycle } from "../app/lifecycle.ts";
import { listGuards } from "../cli/ack.ts";
import { checkSurroundings } from "../cli/check.ts";
import { exitCodeOfResults, printResults } from "../cli/check-report.ts";
import type { LoadedConfig } from "../config.ts";
import { RelayerError } from "../errors.ts";
import type { ExitCode } from "../exit-code.ts";
import { createLog } from "../log.ts";
import { createGuards } from "../repair-verbs.ts";
import { buildParts } from "./parts.ts";

/** The verb `check`: looks at everything that a relayer would use, prints what it found, and starts nothing. */
export async function checkAll({ config, warnings, secrets }: LoadedConfig): Promise<ExitCode> {
  const log = createLog({ relayer: config.name, level: "silent", secrets });
  const life = new Lifecycle(log, systemClock);
  const { feeds, signer, queue } = buildParts({ config, log, life, onHalt: () => undefined });
  const chains = feeds.map(({ chain }) => chain);
  const options = { chains, operators: signer.operators, queue, clock: systemClock, signal: life.signal };
  const results = [{ what: "configuration", error: null }, ...(await checkSurroundings(options))];
  for (const { what, text } of await listGuards(createGuards(config))) {
    results.push({ what, error: new RelayerError("BEYOND_FINALITY", text) });
  }
  process.stdout.write(printResults(results));
  for (const warning of warnings) process.stdout.write(`warning: ${warning}\n`);
  await life.stop();
  return exitCodeOfResults(results);
}
