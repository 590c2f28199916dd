import { readDecision } from "../domain/decision/read-decision.ts";
import type { Hex } from "../domain/hex.ts";
import type { Incident } from "../domain/timeline/incident.ts";
import { type Timeline, reduceTimeline } from "../domain/timeline/timeline.ts";
import { EMPTY_WORLD, type World } from "../domain/world/world.ts";
import type { DecisionEntry } from "../ports/journal.ts";
import type { JournalWriter } from "./journal-writer.ts";

/** Decisions whose text is kept for the pages. All of them are in the journal. */
const DECISIONS_KEPT = 256;

/** Tells incidents as they happen, from the very entries that go to the journal: a replay tells the same. */
export interface TimelineKeeper {
  /** Writes through to the journal, and listens. */
  readonly journal: JournalWriter;
  /** Oldest first. */
  incidents(): readonly Incident[];
  incident(id: string): Incident | null;
  decision(hash: string): DecisionEntry | null;
}

/** `worldOf` is the world at the moment of asking; an entry is told to the one that it met. */
export function createTimelineKeeper(journal: JournalWriter, worldOf: () => World): TimelineKeeper {
  let timeline: Timeline = new Map();
  let met = EMPTY_WORLD;
  const decisions = new Map<Hex, DecisionEntry>();

  return {
    journal: {
      ...journal,
      write(entry) {
        journal.write(entry);
        if (entry.kind === "observation") {
          timeline = reduceTimeline(timeline, { ...entry, before: met });
          met = worldOf();
        }
        if (entry.kind === "instruction") timeline = reduceTimeline(timeline, entry);
        if (entry.kind === "decision") {
          const { atMs, hash, text } = entry;
          timeline = reduceTimeline(timeline, { kind: "decision", atMs, hash, written: readDecision(text) });
          decisions.set(hash, entry);
          for (const old of decisions.keys()) if (decisions.size > DECISIONS_KEPT) decisions.delete(old);
        }
      },
    },
    incidents: () => [...timeline.values()],
    incident: (id) => timeline.get(id) ?? null,
    decision: (hash) => [...decisions.values()].find((entry) => entry.hash === hash) ?? null,
  };
}
