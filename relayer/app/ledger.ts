import type { Finding } from "../domain/world/finding.ts";
import type { Observation } from "../domain/world/observation.ts";
import { reduce } from "../domain/world/reduce.ts";
import { EMPTY_WORLD, type World } from "../domain/world/world.ts";
import type { Clock } from "../ports/clock.ts";
import type { JournalWriter } from "./journal-writer.ts";

/** One observation and what it made of the world. */
export interface Change {
  readonly observation: Observation;
  readonly before: World;
  readonly after: World;
}

/** Holds the world. Everything that changes it passes through here, and is written down. */
export interface Ledger {
  readonly world: World;
  /** Folds `observation` in, journals it, tells the listeners, and returns what it contradicted. */
  record(observation: Observation): readonly Finding[];
  /** `listener` is called after each change, in order, and must not throw. */
  onChange(listener: (change: Change) => void): void;
}

export function createLedger({ clock, journal }: { clock: Clock; journal: JournalWriter }): Ledger {
  const listeners: ((change: Change) => void)[] = [];
  let world = EMPTY_WORLD;

  return {
    get world() {
      return world;
    },
    record(observation) {
      const before = world;
      const { world: after, findings } = reduce(before, observation);
      world = after;
      if (after === before) return findings;
      journal.write({ kind: "observation", atMs: clock.nowMs(), observation });
      for (const listener of listeners) listener({ observation, before, after });
      return findings;
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}
