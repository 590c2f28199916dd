import type { Clock } from "../ports/clock.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { LoopStatus } from "../ports/status.ts";

/** A loop that has not gone round for this long is stuck: every wait inside one is far shorter. */
const STUCK_MS = 60_000;

/** Keeps count of which loops make progress. Liveness is progress, not a running process. */
export interface Loops {
  /** Goes round `turn` until `signal` aborts. `turn` must not throw; `pause` ends early on abort. */
  run(
    name: string,
    loop: { turn: () => Promise<void>; pause: () => Promise<void>; signal: AbortSignal },
  ): Promise<void>;
  statuses(): readonly LoopStatus[];
}

export function createLoops({ clock, metrics }: { clock: Clock; metrics: Metrics }): Loops {
  const loops = new Map<string, { readonly startedMs: number; readonly turnedMs: number | null }>();

  return {
    async run(name, { turn, pause, signal }) {
      const startedMs = clock.nowMs();
      loops.set(name, { startedMs, turnedMs: null });
      while (!signal.aborted) {
        await turn();
        loops.set(name, { startedMs, turnedMs: clock.nowMs() });
        metrics.loopTurned(name);
        await pause();
      }
    },
    statuses: () =>
      [...loops].map(([name, { startedMs, turnedMs }]) => {
        const idleMs = turnedMs === null ? null : clock.nowMs() - turnedMs;
        return { name, idleMs, isAlive: clock.nowMs() - (turnedMs ?? startedMs) < STUCK_MS };
      }),
  };
}
