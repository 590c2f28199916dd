import { Command, CommanderError } from "commander";

import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Printer } from "./options.ts";

/** One operator verb: reads its arguments, prints, and says how the process ends. Throws only `RelayerError`. */
export type Verb = (args: readonly string[], print: Printer) => Promise<ExitCode>;

/** What was asked for, or how to end because help was shown or a mistake was named. */
export type Parsed<T> = { readonly options: T; readonly operands: readonly string[] } | { readonly end: ExitCode };

/** Parses a verb's own arguments; `describe` adds its options to the command. */
export function parseVerb<T extends object>(
  args: readonly string[],
  print: Printer,
  describe: (command: Command) => Command,
): Parsed<T> {
  const command = describe(new Command())
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: print.out, writeErr: print.err });
  try {
    const parsed = command.parse(args, { from: "user" });
    return { options: parsed.opts<T>(), operands: parsed.processedArgs.flat() as string[] };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { end: error.exitCode === 0 ? EXIT.fine : EXIT.usage };
  }
}

/** Rows as columns for people: padded, two blanks apart. No row is a row of dashes: greps stay simple. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
