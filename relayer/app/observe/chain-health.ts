/** How reading one chain goes. */
export interface ChainHealth {
  /** Turns that failed since the last one that did not. */
  readonly failures: number;
  /** Wall time of the last turn that succeeded, or null. */
  readonly readMs: number | null;
  /** Code of the last failure, or null when the last turn succeeded. */
  readonly code: string | null;
  succeed(nowMs: number): void;
  fail(code: string): void;
}

export function createHealth(): ChainHealth {
  let failures = 0;
  let readMs: number | null = null;
  let code: string | null = null;
  return {
    get failures() {
      return failures;
    },
    get readMs() {
      return readMs;
    },
    get code() {
      return code;
    },
    succeed(nowMs) {
      failures = 0;
      readMs = nowMs;
      code = null;
    },
    fail(failure) {
      failures += 1;
      code = failure;
    },
  };
}
