import { describeError } from "../errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { LoopStatus } from "../ports/status.ts";

/** A loop that has not gone round for this long is stuck: every wait inside one is far shorter. */
const STUCK_MS = 60_000;

/** Keeps count of which loops make progress. Liveness is progress, not a running process. */
export interface Loops {
  /**
   * Goes round `turn` until `signal` aborts, and never rejects. A turn that throws is a bug: it is logged, and the next
   * one comes all the same. `pause` ends early on abort.
   */
  run(
    name: string,
    loop: { turn: () => Promise<void>; pause: () => Promise<void>; signal: AbortSignal },
  ): Promise<void>;
  statuses(): readonly LoopStatus[];
}

export function createLoops({ clock, metrics, log }: { clock: Clock; metrics: Metrics; log: Log }): Loops {
  const loops = new Map<string, { readonly startedMs: number; readonly turnedMs: number | null }>();

  return {
    async run(name, { turn, pause, signal }) {
      const startedMs = clock.nowMs();
      loops.set(name, { startedMs, turnedMs: null });
      while (!signal.aborted) {
        try {
          await turn();
        } catch (error) {
          metrics.failed(name, describeError(error).code ?? "");
          log.error({ loop: name, err: describeError(error) }, "loop failed");
        }
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
