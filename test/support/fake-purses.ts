import type { DaySpent } from "../../relayer/domain/errand/judge.ts";
import { RelayerError } from "../../relayer/errors.ts";
import type { PurseStore } from "../../relayer/ports/purses.ts";

/** Purses in memory: what outlives a process in a test, as a disk does. */
export class FakePurses implements PurseStore {
  readonly kept = new Map<string, DaySpent>();
  isUnreadable = false;
  isFull = false;

  read(chain: string): Promise<DaySpent | null> {
    if (this.isUnreadable) return Promise.reject(new RelayerError("PURSES_UNREADABLE", "nobody can tell"));
    return Promise.resolve(this.kept.get(chain) ?? null);
  }

  write(chain: string, spent: DaySpent): Promise<void> {
    if (this.isFull) return Promise.reject(new RelayerError("PURSES_UNWRITABLE", "the disk is full"));
    this.kept.set(chain, spent);
    return Promise.resolve();
  }
}
