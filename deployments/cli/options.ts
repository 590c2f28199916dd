import { Command, CommanderError } from "commander";

export const VERBS = ["deploy", "wire", "verify"] as const;
export type Verb = (typeof VERBS)[number];

export interface Options {
  readonly verb: Verb;
  readonly network: string;
  /** The record's file; the network's own under deployments/records unless given. */
  readonly record?: string;
  readonly plan: boolean;
  readonly json: boolean;
}

/** Nothing is left to do: help was shown, or a mistake was named. */
export interface Ended {
  readonly exitCode: number;
}

const USAGE_EXIT = 2;

const DESCRIPTIONS: Record<Verb, string> = {
  deploy: "Creates the contracts of a network that are not there yet; goes on where an interrupted run ended.",
  wire: "Sets whatever on the chains is not as the network's parameters say; sends nothing when all is.",
  verify: "Reads code, constructor arguments and every parameter back from the chains and prints what differs.",
};

const PLANS: Record<Exclude<Verb, "verify">, string> = {
  deploy: "print what would be created and then set, without asking any chain, and send nothing",
  wire: "read the chains, print what would be sent, and send nothing",
};

const EXIT_CODES = `
Exit codes:
  0   done; for verify: nothing differs
  1   a transaction failed
  2   usage
  3   something differs (verify), or is left for governance to decide (wire)
  75  temporary: run again
  78  parameters, record or secrets are at fault
`;

export function parseOptions(argv: readonly string[]): Options | Ended {
  let parsed: Options | undefined;
  const program = new Command("cordon").exitOverride();
  for (const verb of VERBS) {
    const command = program
      .command(verb)
      .description(DESCRIPTIONS[verb])
      .requiredOption("-n, --network <name>", "parameters, as deployments/networks/<name>.json")
      .option("--record <file>", "the record; deployments/records/<name>.json unless given")
      .option("--json", "print one JSON object instead of a table", false)
      .allowExcessArguments(false)
      .addHelpText("after", EXIT_CODES)
      .exitOverride();
    if (verb !== "verify") command.option("--plan", PLANS[verb], false);
    command.action((options: Omit<Options, "verb">) => {
      parsed = { ...options, plan: options.plan === true, verb };
    });
  }
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : USAGE_EXIT };
  }
  return parsed ?? { exitCode: USAGE_EXIT };
}
