import { setTimeout as sleep } from "node:timers/promises";
import { SetupError } from "../deployments/setup-error.ts";

export interface WaitOptions {
  /** What is waited for, as it reads after "timed out waiting for". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly pollMs?: number;
  /** Ends the wait early: throw from here when waiting has become pointless. */
  readonly giveUp?: () => void;
  readonly fix?: string;
}

const DEFAULT_POLL_MS = 20;

/**
 * Polls `probe` until it returns something other than undefined or false.
 * @throws SetupError "temporary" when the time is up.
 */
export async function waitUntil<T>(probe: () => Promise<T> | T, options: WaitOptions): Promise<NonNullable<T>> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== null && found !== false) return found;
    options.giveUp?.();
    if (performance.now() >= deadline) {
      const fix = options.fix ?? "The machine may be overloaded; try again.";
      throw new SetupError("temporary", `Timed out after ${options.timeoutMs} ms waiting for ${options.what}.`, {
        fix,
      });
    }
    await sleep(options.pollMs ?? DEFAULT_POLL_MS);
  }
}
