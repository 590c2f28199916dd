import type { Log } from "../../relayer/ports/log.ts";

type Level = "debug" | "info" | "warn" | "error" | "fatal";

export interface LogLine {
  readonly level: Level;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** Keeps every line. Children write into the same list. */
export class FakeLog implements Log {
  readonly lines: LogLine[];
  readonly #facts: Record<string, unknown>;

  constructor(lines: LogLine[] = [], facts: Record<string, unknown> = {}) {
    this.lines = lines;
    this.#facts = facts;
  }

  /** Messages at `level` or of every level. */
  messages(level?: Level): readonly string[] {
    return this.lines.filter((line) => level === undefined || line.level === level).map(({ message }) => message);
  }

  debug(facts: object, message: string): void {
    this.#write("debug", facts, message);
  }
  info(facts: object, message: string): void {
    this.#write("info", facts, message);
  }
  warn(facts: object, message: string): void {
    this.#write("warn", facts, message);
  }
  error(facts: object, message: string): void {
    this.#write("error", facts, message);
  }
  fatal(facts: object, message: string): void {
    this.#write("fatal", facts, message);
  }
  child(facts: Record<string, unknown>): Log {
    return new FakeLog(this.lines, { ...this.#facts, ...facts });
  }

  #write(level: Level, facts: object, message: string): void {
    this.lines.push({ level, facts: { ...this.#facts, ...facts }, message });
  }
}
