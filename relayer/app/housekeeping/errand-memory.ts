import { type Errand, errandId } from "../../domain/errand/errand.ts";
import type { Hex } from "../../domain/hex.ts";
import { packetKey } from "../../domain/packet/packet.ts";

/** Reverts in a row after which a sensor is in trouble: a poke that finds nothing new does not revert. */
const REVERTS_TOLERATED = 3;

/** An errand on its way. */
export interface PendingErrand {
  readonly errand: Errand;
  readonly txHash: Hex;
  readonly sentMs: number;
}

/** What one chain's errands have come to. Memory only: all of it can be found out again, at the cost of a retry. */
export interface ErrandMemory {
  readonly pending: ReadonlyMap<string, PendingErrand>;
  /** Executions that failed, by packet key. */
  readonly failures: ReadonlyMap<string, number>;
  isResting(errand: Errand, nowMs: number): boolean;
  /** Wall time at which it was last done, or null. */
  doneMs(errand: Errand): number | null;
  noteSent(errand: Errand, sent: { readonly txHash: Hex; readonly nowMs: number }): void;
  /** It is not looked at again before `untilMs`. */
  rest(errand: Errand, untilMs: number): void;
  /** It is not on its way any more. */
  settle(errand: Errand, of: { readonly isDone: boolean; readonly nowMs: number }): void;
  noteFailure(errand: Errand): number;
  /** What trying a sensor came to. @returns whether it has just come into trouble, or out of it; null when neither */
  noteTried(errand: Errand, isReverted: boolean): "troubled" | "mended" | null;
  /** Sensors that revert whenever they are tried. */
  troubled(): readonly Errand[];
  /** Forgets the failures of packets that are over. */
  forget(isOpen: (packetKey: string) => boolean): void;
}

export function createErrandMemory(): ErrandMemory {
  const pending = new Map<string, PendingErrand>();
  const failures = new Map<string, number>();
  const restsUntil = new Map<string, number>();
  const done = new Map<string, number>();
  /** errand id => reverts in a row */
  const reverts = new Map<string, { readonly errand: Errand; readonly count: number }>();

  return {
    pending,
    failures,
    isResting: (errand, nowMs) => pending.has(errandId(errand)) || nowMs < (restsUntil.get(errandId(errand)) ?? 0),
    doneMs: (errand) => done.get(errandId(errand)) ?? null,
    noteSent(errand, { txHash, nowMs }) {
      pending.set(errandId(errand), { errand, txHash, sentMs: nowMs });
    },
    rest(errand, untilMs) {
      restsUntil.set(errandId(errand), untilMs);
    },
    settle(errand, { isDone, nowMs }) {
      pending.delete(errandId(errand));
      if (isDone) done.set(errandId(errand), nowMs);
    },
    noteFailure(errand) {
      if (errand.kind !== "execute") return 0;
      const key = packetKey(errand.packet);
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      return count;
    },
    noteTried(errand, isReverted) {
      if (errand.kind !== "poke" && errand.kind !== "report-silence") return null;
      const id = errandId(errand);
      const before = reverts.get(id)?.count ?? 0;
      if (!isReverted) {
        reverts.delete(id);
        return before >= REVERTS_TOLERATED ? "mended" : null;
      }
      reverts.set(id, { errand, count: before + 1 });
      return before + 1 === REVERTS_TOLERATED ? "troubled" : null;
    },
    troubled: () => [...reverts.values()].flatMap(({ errand, count }) => (count >= REVERTS_TOLERATED ? [errand] : [])),
    forget(isOpen) {
      for (const key of failures.keys()) if (!isOpen(key)) failures.delete(key);
      for (const id of restsUntil.keys()) {
        const isPacket = id.startsWith("commit:") || id.startsWith("execute:");
        if (isPacket && !isOpen(id.slice(id.indexOf(":") + 1))) {
          restsUntil.delete(id);
          done.delete(id);
        }
      }
    },
  };
}
