import { Command, InvalidArgumentError } from "commander";
import { fileURLToPath } from "node:url";

import { FAULT_NAMES, type FaultName, listFaults, parseFaultName } from "../faults/fault-names.ts";

export interface DemoOptions {
  readonly chains: number;
  readonly seed: number;
  readonly faults: readonly FaultName[];
  readonly data: string;
  readonly json: boolean;
}

const MIN_CHAINS = 2;
const MAX_CHAINS = 20;
const DEFAULT_CHAINS = 5;
const SHIPPED_DATA = fileURLToPath(new URL("../replay/data/bitmex_XBTUSD_1m_20200312_20200313.csv", import.meta.url));

/** Parses the demo's command line, or null when all that was asked for is the list of faults. Exits on --help. */
export function parseDemoOptions(argv: readonly string[]): DemoOptions | null {
  const program = new Command("cordon demo")
    .description(
      "Starts several chains with the real LayerZero contracts, Redis and a relayer, feeds one chain's price sources with\n" +
        "the recorded minutes of 12 and 13 March 2020, and checks that every chain tightens, agrees and comes back.",
    )
    .option(
      "--chains <n>",
      `chains, ${MIN_CHAINS} to ${MAX_CHAINS}`,
      integerBetween(MIN_CHAINS, MAX_CHAINS),
      DEFAULT_CHAINS,
    )
    .option("--seed <n>", "seed of the faults", integerBetween(0, 0xffff_ffff), 1)
    .option(
      "--fault <name>",
      `a fault to inject, repeatable; "list" prints them: ${FAULT_NAMES.join(", ")}`,
      collect,
      [],
    )
    .option("--data <csv>", "recorded bars to replay: a CSV, plain or gzipped, with ts_ms and close", SHIPPED_DATA)
    .option("--json", "print one JSON object on standard output; progress goes to standard error", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 converged; 3 the chains did not agree; 2 usage; 75 try again; 78 configuration; 1 anything else.",
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  program.parse([...argv], { from: "user" });
  const { fault, ...options } = program.opts<{
    chains: number;
    seed: number;
    fault: string[];
    data: string;
    json: boolean;
  }>();
  if (fault.includes("list")) return null;
  return { ...options, faults: [...new Set(fault.map(parseFaultName))] };
}

export function describeFaults(): string {
  return `${listFaults().join("\n")}\n`;
}

function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

function integerBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
