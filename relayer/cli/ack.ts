import { Command, CommanderError } from "commander";

import { EXIT, type ExitCode } from "../exit-code.ts";
import type { GuardStore } from "../ports/guards.ts";

/** A guard to take down, and why. */
export interface Acknowledgement {
  readonly guard: string;
  readonly reason: string;
  readonly configFile: string;
}

export interface AckPrinter {
  out(text: string): void;
  err(text: string): void;
}

const REASON_MIN = 8;

/** Reads what stands after `ack`. Prints help and mistakes itself; then the exit code is all that is left. */
export function parseAck(args: readonly string[], print: AckPrinter): Acknowledgement | ExitCode {
  const command = new Command("relayer ack")
    .description("Takes a guard down, once a person knows what happened. The reason is kept beside the guards.")
    .argument("<guard>", "its name, as --check and the log show it")
    .requiredOption("-r, --reason <text>", "what was found")
    .requiredOption("-c, --config <file>", "configuration of the relayer")
    .exitOverride()
    .configureOutput({ writeOut: print.out, writeErr: print.err });
  try {
    const { reason, config } = command.parse(args, { from: "user" }).opts<{ reason: string; config: string }>();
    const [guard = ""] = command.args;
    if (reason.trim().length >= REASON_MIN) return { guard, reason: reason.trim(), configFile: config };
    print.err(`error: a reason of less than ${REASON_MIN} characters helps nobody\n`);
    return EXIT.usage;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  }
}

/** A relayer that runs notices within seconds; nothing has to be started again. */
export async function acknowledge(
  guards: GuardStore,
  { guard, reason }: Pick<Acknowledgement, "guard" | "reason">,
  print: AckPrinter,
): Promise<ExitCode> {
  if (await guards.acknowledge(guard, reason)) {
    print.out(`${guard} is down\n`);
    return EXIT.fine;
  }
  const raised = (await guards.list()).map(({ name }) => name).join(", ");
  print.err(`there is no guard ${guard}; raised: ${raised === "" ? "none" : raised}\n`);
  return EXIT.usage;
}

/** As the checks of `--check` show them. */
export async function listGuards(
  guards: GuardStore,
): Promise<readonly { readonly what: string; readonly text: string }[]> {
  return (await guards.list()).map(({ name, raisedAtMs, facts }) => {
    const since = new Date(raisedAtMs).toISOString();
    const shown = Object.entries(facts).map(([key, value]) => `${key} ${String(value)}`);
    return { what: `guard ${name}`, text: `raised ${since}; ${shown.join(", ")}; relayer ack ${name} --reason …` };
  });
}
