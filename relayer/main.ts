import { PROCESS, parseOptions } from "./cli/options.ts";
import { loadConfig } from "./config.ts";
import { RelayerError } from "./errors.ts";
import { exitCodeOf } from "./exit-code.ts";
import { REPAIR_VERBS } from "./repair-verbs.ts";
import { runVerb } from "./verbs.ts";
import { checkAll } from "./wiring/check-all.ts";
import { runRelayer } from "./wiring/run-relayer.ts";

/** What was asked for on the command line is handed to whoever does it. Nothing is built and nothing decided here. */

const [, , ...args] = process.argv;
const repair = REPAIR_VERBS[args[0] ?? ""];
if (repair !== undefined) process.exit(await repair(args.slice(1)));
const ended = await runVerb(args, PROCESS);
if (ended !== null) process.exit(ended);

const invocation = parseOptions(args);
if (invocation.kind === "end") process.exit(invocation.code);

const loaded = await loadConfig(invocation.configFile, process.env).catch((error: unknown): never => {
  const known = RelayerError.from(error);
  process.stderr.write(`${known.code} ${known.message}\n`);
  process.exit(exitCodeOf(known));
});
if (invocation.kind === "check") process.exit(await checkAll(loaded));
await runRelayer(loaded);
