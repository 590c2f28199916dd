import { Command, CommanderError } from "commander";

import { EXIT, type ExitCode } from "../exit-code.ts";

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: "run" | "check"; readonly configFile: string }
  /** Nothing is left to do: help was shown, or a mistake was named. */
  | { readonly kind: "end"; readonly code: ExitCode };

/** Reads the arguments after the script's name. Prints help and mistakes itself. */
export function parseOptions(args: readonly string[], print: Printer = PROCESS): Invocation {
  const command = new Command("relayer")
    .description("Watches every chain of a mesh and tightens all of them when one trips.")
    .requiredOption("-c, --config <file>", "configuration, a JSON file (see docs/config.md)")
    .option("--check", "check the configuration, every node, hub and Redis, then end")
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: print.out, writeErr: print.err })
    .addHelpText("after", EXIT_CODES);
  try {
    const { config, check } = command.parse(args, { from: "user" }).opts<{ config: string; check?: boolean }>();
    return { kind: check === true ? "check" : "run", configFile: config };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: "end", code: error.exitCode === 0 ? EXIT.fine : EXIT.usage };
  }
}

export interface Printer {
  out(text: string): void;
  err(text: string): void;
}

export const PROCESS: Printer = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

const EXIT_CODES = `
Verbs, each with a --help of its own:
  status        chains, components, halt readiness
  diff          words that are not the same everywhere
  query         pending, oldest, exposure, incidents, nonces
  convergence   whether all chains hold the same words
  verify        a decision made again from the chains
  replay        incidents told again from the journal
  rescan        blocks read again, by each endpoint of a chain by itself
  retry         jobs that were given up: shown, or taken up again
  ack           a guard taken down, with the reason

Exit codes:
  ${EXIT.fine}   fine                     ${EXIT.difference}   the check found a difference
  ${EXIT.fatal}   fatal                    ${EXIT.temporary}  temporary: start it again
  ${EXIT.usage}   usage                    ${EXIT.configuration}  the configuration is at fault
  ${EXIT.guard}   a guard is raised and waits for a person: relayer ack <guard> --reason <text> --config <file>
`;
