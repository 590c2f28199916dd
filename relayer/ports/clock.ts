/** Wall time, for pacing and latency only. Decisions know chain time and nothing else. */
export interface Clock {
  /** Milliseconds since 1970. Never goes backwards. */
  nowMs(): number;

  /** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
