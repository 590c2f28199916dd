import { RelayerError } from "../../relayer/errors.ts";
import type { Journal, JournalEntry } from "../../relayer/ports/journal.ts";

/** A journal in memory that can refuse to write. */
export class FakeJournal implements Journal {
  readonly entries: JournalEntry[] = [];
  isFull = false;
  isClosed = false;

  append(entry: JournalEntry): Promise<void> {
    if (this.isFull) return Promise.reject(new RelayerError("JOURNAL_UNAVAILABLE", "the fake journal is full"));
    this.entries.push(structuredClone(entry));
    return Promise.resolve();
  }

  async *replay(): AsyncIterable<JournalEntry> {
    yield* this.entries;
    await Promise.resolve();
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
