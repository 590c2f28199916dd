import { type Logger, pino } from "pino";

import { describeError } from "./errors.ts";
import { createRedactor } from "./redaction.ts";

export interface LogOptions {
  readonly relayer: string;
  readonly level: string;
  /** Taken out of every line, whichever way they got in. */
  readonly secrets: readonly string[];
  readonly write?: (line: string) => void;
}

/** JSON lines on standard output. Written at once: the last line before a crash is the one that matters. */
export function createLog({ relayer, level, secrets, write }: LogOptions): Logger {
  const redact = createRedactor(secrets);
  const sink = write ?? ((line: string) => void process.stdout.write(line));
  return pino(
    {
      level,
      base: { relayer },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (value: unknown) => (value instanceof Error ? describeError(value) : value) },
    },
    { write: (line) => sink(redact(line)) },
  );
}
