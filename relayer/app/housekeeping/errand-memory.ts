import { type Errand, errandId } from "../../domain/errand/errand.ts";
import { type Purse, type Quote, pay } from "../../domain/errand/judge.ts";
import type { Hex } from "../../domain/hex.ts";
import { packetKey } from "../../domain/packet/packet.ts";

const DAY_MS = 86_400_000;

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
  /** The purse of the day that `nowMs` lies in, with this balance. */
  purse(balanceWei: bigint, nowMs: number): Purse;
  noteSent(errand: Errand, sent: { readonly txHash: Hex; readonly quote: Quote; readonly nowMs: number }): void;
  /** It is not looked at again before `untilMs`. */
  rest(errand: Errand, untilMs: number): void;
  /** It is not on its way any more. */
  settle(errand: Errand, of: { readonly isDone: boolean; readonly nowMs: number }): void;
  noteFailure(errand: Errand): number;
  /** Forgets the failures of packets that are over. */
  forget(isOpen: (packetKey: string) => boolean): void;
}

export function createErrandMemory(): ErrandMemory {
  const pending = new Map<string, PendingErrand>();
  const failures = new Map<string, number>();
  const restsUntil = new Map<string, number>();
  const done = new Map<string, number>();
  let day = -1;
  let spent: Purse = { balanceWei: 0n, spentWei: 0n, spentOnChoresWei: 0n, givenWei: 0n };

  return {
    pending,
    failures,
    isResting: (errand, nowMs) => pending.has(errandId(errand)) || nowMs < (restsUntil.get(errandId(errand)) ?? 0),
    doneMs: (errand) => done.get(errandId(errand)) ?? null,
    purse(balanceWei, nowMs) {
      const today = Math.floor(nowMs / DAY_MS);
      if (today !== day) spent = { balanceWei, spentWei: 0n, spentOnChoresWei: 0n, givenWei: 0n };
      day = today;
      spent = { ...spent, balanceWei };
      return spent;
    },
    noteSent(errand, { txHash, quote, nowMs }) {
      pending.set(errandId(errand), { errand, txHash, sentMs: nowMs });
      spent = pay(spent, errand, quote);
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
