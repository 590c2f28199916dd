import type { RelayerError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { GuardStore } from "../ports/guards.ts";
import type { Log } from "../ports/log.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { Ledger } from "./ledger.ts";

/** What every use case needs. */
export interface AppContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly ledger: Ledger;
  /** Without it nothing outlives the process: doubt then ends with it. */
  readonly guards?: GuardStore;
  /** Aborts when the relayer stops. */
  readonly signal: AbortSignal;
  /** Called once something happened after which going on would do harm. */
  readonly halt: (error: RelayerError) => void;
}
