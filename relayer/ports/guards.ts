/** Why nothing that a chain calls final is believed any more, until a person has looked. */
export interface Guard {
  /** What it is acknowledged by: `beyond-finality.<chain>`. */
  readonly name: string;
  /** The chain, as the configuration names it. */
  readonly chain: string;
  /** Wall time at which it was raised, milliseconds since 1970. */
  readonly raisedAtMs: number;
  /** For people: blocks and hashes. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/**
 * Guards outlive the process. While one is raised its chain still tightens others, and nothing is extended or renewed on
 * its word. Only a person takes one down (`relayer ack`).
 */
export interface GuardStore {
  /**
   * Raises a guard, and returns once it would survive a crash. One of that name that is raised already stays as it is.
   *
   * @throws RelayerError `retry` when the store refuses; the guard is raised in this process all the same
   */
  raise(guard: Guard): Promise<void>;

  /**
   * Guards that are raised, of this process or an earlier one. Reads what a person may have changed meanwhile.
   *
   * @throws RelayerError `GUARDS_UNREADABLE` when nobody can tell: then every chain is to be doubted
   */
  list(): Promise<readonly Guard[]>;

  /** Takes a guard down and keeps the reason. @returns false when there is none of that name */
  acknowledge(name: string, reason: string): Promise<boolean>;
}
