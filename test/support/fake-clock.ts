import type { Clock } from "../../relayer/ports/clock.ts";

/** Turns of the event loop that let every promise that can settle do so. */
const SETTLE_TURNS = 3;

/** Time that stands still until the test moves it. */
export class FakeClock implements Clock {
  #nowMs: number;
  #sleepers: { readonly dueMs: number; readonly wake: () => void }[] = [];

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { dueMs: this.#nowMs + Math.max(0, ms), wake };
      this.#sleepers.push(sleeper);
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  /** Moves time on, waking each sleeper at its moment and letting everything settle in between. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (let next = this.#nextBy(endMs); next !== undefined; next = this.#nextBy(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      const now = this.#nowMs;
      for (const { dueMs, wake } of this.#sleepers) if (dueMs <= now) wake();
      await settle();
    }
    this.#nowMs = endMs;
    await settle();
  }

  #nextBy(endMs: number): { readonly dueMs: number; readonly wake: () => void } | undefined {
    return this.#sleepers.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}

/** Lets every promise that is ready settle, and what they start in turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLE_TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}
