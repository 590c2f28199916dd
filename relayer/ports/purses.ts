import type { DaySpent } from "../domain/errand/judge.ts";

/**
 * What errands have cost since midnight, by chain: a budget for a day must not begin anew with a process. Implemented by
 * `adapters/disk` and, in tests, by `FakePurses`.
 */
export interface PurseStore {
  /**
   * What was written last for `chain`, of whatever day, or null when nothing was.
   *
   * @throws RelayerError `PURSES_UNREADABLE` when nobody can tell what was spent
   */
  read(chain: string): Promise<DaySpent | null>;

  /** Returns once it would survive a crash. @throws RelayerError `PURSES_UNWRITABLE` */
  write(chain: string, spent: DaySpent): Promise<void>;
}
