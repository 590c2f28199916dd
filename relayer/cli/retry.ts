import { EXIT, type ExitCode } from "../exit-code.ts";
import type { ActionQueue } from "../ports/queue.ts";
import type { Printer } from "./options.ts";
import { parseVerb, printTable } from "./verb.ts";

/** Which dead letters to take up again: one, all of them (`id` null), or none and only show them. */
export interface Retry {
  readonly what: "list" | "retry";
  readonly id: string | null;
  readonly configFile: string;
}

/** Reads what stands after `retry`. Prints help and mistakes itself; then the exit code is all that is left. */
export function parseRetry(args: readonly string[], print: Printer): Retry | ExitCode {
  const parsed = parseVerb<{ config: string; all?: boolean }>(args, print, (command) =>
    command
      .name("relayer retry")
      .description("Has jobs that were given up run again from the beginning. Without an id or --all it shows them.")
      .argument("[id]", "of the job, as shown")
      .option("--all", "every job that was given up")
      .requiredOption("-c, --config <file>", "configuration of the relayer"),
  );
  if ("end" in parsed) return parsed.end;
  const { config: configFile, all = false } = parsed.options;
  const id = parsed.operands[0] ?? null;
  if (all && id !== null) {
    print.err("error: either an id or --all\n");
    return EXIT.usage;
  }
  return { what: all || id !== null ? "retry" : "list", id, configFile };
}

/** Safe at any time: a job whose state is on chain, or whose deadline has passed, ends at once. */
export async function retry(
  queue: Pick<ActionQueue, "deadLetters" | "retry">,
  { what, id }: Pick<Retry, "what" | "id">,
  print: Printer,
): Promise<ExitCode> {
  if (what === "list") {
    const rows = (await queue.deadLetters()).map(({ id: letter, queue: of, kind, attempts, reason }) => {
      return [letter, of, kind, String(attempts), reason];
    });
    print.out(
      rows.length === 0 ? "no job was given up\n" : printTable(["id", "queue", "kind", "runs", "reason"], rows),
    );
    return EXIT.fine;
  }
  const count = await queue.retry(id);
  if (count === 0 && id !== null) {
    print.err(`no job ${id} was given up\n`);
    return EXIT.usage;
  }
  print.out(`${count} taken up again\n`);
  return EXIT.fine;
}
