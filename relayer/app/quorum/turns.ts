import type { ActionKind } from "../../domain/action/action.ts";
import type { PlannedDestination } from "../../domain/decision/decision.ts";
import type { Hex } from "../../domain/hex.ts";
import { isRaced, rankOf, taskOf } from "../../domain/quorum/turn.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Hasher } from "../../ports/hasher.ts";

/** A task that was not planned for this long is over: planning looks far more often. If it comes again, it is new. */
const FORGOTTEN_MS = 5_000;

/** Says when it is this node's turn. */
export interface Turns {
  isMine(kind: ActionKind, destination: PlannedDestination): boolean;
  /** The same for anything that has a name and that nobody races for. */
  isMyTask(task: string): boolean;
}

export interface TurnsOptions {
  readonly clock: Clock;
  readonly hasher: Hasher;
  readonly self: Hex;
  /** All nodes, this one among them. */
  readonly nodes: readonly Hex[];
  /** How long each node waits for the one before it. */
  readonly backupDelayMs: number;
  /** A task that nobody asked about for so long is over; that of planning unless given. */
  readonly forgottenMs?: number;
}

/**
 * The first in a task's order acts at once. The others wait, one delay longer each, and act only when planning still
 * asks for the same by then: it looks at the chain each time. What is urgent everybody does at once.
 */
export function createTurns(options: TurnsOptions): Turns {
  const { clock, hasher, self, nodes, backupDelayMs, forgottenMs = FORGOTTEN_MS } = options;
  /** task => when it was planned first, and last */
  const seen = new Map<string, { readonly firstMs: number; readonly lastMs: number }>();

  const note = (task: string): number => {
    const nowMs = clock.nowMs();
    for (const [other, { lastMs }] of seen) if (nowMs > lastMs + forgottenMs) seen.delete(other);
    const firstMs = seen.get(task)?.firstMs ?? nowMs;
    seen.set(task, { firstMs, lastMs: nowMs });
    return nowMs - firstMs;
  };

  const isMyTask = (task: string): boolean => {
    const rank = rankOf(self, nodes, task, (text) => hasher.keccakUtf8(text));
    return rank === 0 || note(task) >= rank * backupDelayMs;
  };
  return {
    isMine: (kind, destination) => isRaced(kind, destination) || isMyTask(taskOf(kind, destination)),
    isMyTask,
  };
}
