import type { Instruction, SignedInstruction } from "../../domain/desk/instruction.ts";
import type { Eid } from "../../domain/eid.ts";
import type { Hex } from "../../domain/hex.ts";

/** Instructions that are over are kept up to this many, for the status page. */
const KEPT = 64;

/** `open`: not seen on its desk yet; `confirmed`: seen at the head; `final`: in a finalised block; the others: given up. */
export type DeliveryState = "open" | "confirmed" | "final" | "expired" | "abandoned";

/** One instruction on its way to one desk. */
export interface Delivery {
  readonly eid: Eid;
  state: DeliveryState;
  /** Head at which it was seen first, since it was last not seen. */
  seenAt: number | null;
  triedMs: number | null;
  refusals: number;
  readonly transactions: Hex[];
}

/** One instruction, and what became of it so far. */
export interface Told {
  readonly instruction: Instruction;
  /** Null while signatures are being gathered. */
  signed: SignedInstruction | null;
  readonly deliveries: readonly Delivery[];
  /** Not asked for again before this, once it is over without having been carried out. */
  restsUntilMs: number;
}

/** What this node has told desks. Memory only: whether something was carried out is asked of the desk. */
export interface InstructionBook {
  /** Whether the operation is under way, was carried out, or rests. */
  isTaken(operation: Hex, nowMs: number): boolean;
  open(instruction: Instruction): Told;
  all(): readonly Told[];
}

export function createInstructionBook(): InstructionBook {
  const book = new Map<Hex, Told>();
  return {
    isTaken(operation, nowMs) {
      const told = book.get(operation);
      return told !== undefined && (told.deliveries.some(isLive) || nowMs < told.restsUntilMs);
    },
    open(instruction) {
      const deliveries = instruction.allotments.map(({ eid }): Delivery => {
        return { eid, state: "open", seenAt: null, triedMs: null, refusals: 0, transactions: [] };
      });
      const told: Told = { instruction, signed: null, deliveries, restsUntilMs: 0 };
      book.delete(instruction.operation);
      book.set(instruction.operation, told);
      for (const [operation, old] of book) {
        if (book.size > KEPT && !old.deliveries.some(isLive)) book.delete(operation);
      }
      return told;
    },
    all: () => [...book.values()],
  };
}

/** Whether something is still to come of it. */
export function isLive({ state }: Delivery): boolean {
  return state === "open" || state === "confirmed";
}
