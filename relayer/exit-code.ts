import type { RelayerError } from "./errors.ts";

/** How the process ends, for supervisors. Those of sysexits where there is one. */
export const EXIT = {
  fine: 0,
  fatal: 1,
  usage: 2,
  /** A check found a difference. */
  difference: 3,
  /** A safety guard is active and needs a human. */
  guard: 4,
  /** Temporary: restart me. */
  temporary: 75,
  /** The configuration is at fault; a restart does not help. */
  configuration: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const CONFIGURATION: ReadonlySet<string> = new Set([
  "CONFIG_INVALID",
  "CONFIG_UNREADABLE",
  "CHAIN_MISMATCH",
  "HUB_MISMATCH",
]);

/** The exit code of a process that ends because of `error`. */
export function exitCodeOf({ name, fate }: RelayerError): ExitCode {
  if (CONFIGURATION.has(name)) return EXIT.configuration;
  if (name === "BEYOND_FINALITY") return EXIT.guard;
  if (name === "UNEXPECTED") return EXIT.fatal;
  return fate === "retry" ? EXIT.temporary : EXIT.fatal;
}
