import type { RelayerError } from "../errors.ts";
import { EXIT, type ExitCode, exitCodeOf } from "../exit-code.ts";

/** One thing that was checked, and what came of it. */
export interface CheckResult {
  /** As `chain-a 127.0.0.1:8545` or `redis`. */
  readonly what: string;
  /** Null where all is well. */
  readonly error: RelayerError | null;
  /** Where everything answers, and yet is not as it must be. */
  readonly difference?: string;
}

/** One line a result, for people. */
export function printResults(results: readonly CheckResult[]): string {
  const width = Math.max(...results.map(({ what }) => what.length));
  return results.map((result) => `${result.what.padEnd(width)}  ${outcomeOf(result)}\n`).join("");
}

/** The gravest result decides: a mistake in the configuration, a difference, then what may pass by itself. */
export function exitCodeOfResults(results: readonly CheckResult[]): ExitCode {
  const codes = results.flatMap(({ error, difference }) => [
    ...(error === null ? [] : [exitCodeOf(error)]),
    ...(difference === undefined ? [] : [EXIT.difference]),
  ]);
  const order: readonly ExitCode[] = [EXIT.configuration, EXIT.fatal, EXIT.guard, EXIT.difference, EXIT.temporary];
  return order.find((code) => codes.includes(code)) ?? EXIT.fine;
}

function outcomeOf({ error, difference }: CheckResult): string {
  if (error !== null) return `${error.code} ${error.message}`;
  return difference ?? "ok";
}
