/**
 * Structured log: facts first, then a constant, lower-case message, as pino takes them. A `pino.Logger` is one.
 * Facts never hold a secret.
 */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  fatal(facts: object, message: string): void;
  child(facts: Record<string, unknown>): Log;
}
