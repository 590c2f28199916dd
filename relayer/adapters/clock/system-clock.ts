import type { Clock } from "../../ports/clock.ts";

/** The machine's clock, counted on from the start of the process so that a correction of it never turns time back. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),

  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
    }),
};

/** The time of day as the machine has it now: it jumps when it is set, and only what others compare goes by it. */
export function timeOfDayMs(): number {
  return Date.now();
}
