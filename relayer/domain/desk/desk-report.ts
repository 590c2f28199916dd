import type { Eid } from "../eid.ts";
import type { InstructionKind, PlannedInstruction } from "./instruction.ts";
import { unitsFor } from "./instruction.ts";

/** What governance lets an instruction say. All zero: nothing. */
export interface DeskLimits {
  readonly leastUnits: bigint;
  readonly mostUnits: bigint;
  /** How far ahead its end may lie. */
  readonly mostSeconds: number;
}

/** What a desk says of one market at one block: `DeskReport` in IOperatorDesk.sol. Market 0 is the shared fund. */
export interface DeskReport {
  /** Whether the venue takes envelopes from the desk, and moves of insurance. */
  readonly isSetter: boolean;
  readonly isMover: boolean;
  readonly limits: Readonly<Record<InstructionKind, DeskLimits>>;
  /** What may still be moved out of the fund, and how many moves were carried out. */
  readonly movable: bigint;
  readonly moves: bigint;
  /** Governance's cap of open interest. */
  readonly governedCap: bigint;
  /** The envelope last set: it holds before `until`. */
  readonly envelope: { readonly capUnits: bigint; readonly globalUnits: bigint; readonly until: number };
  /** The budget last set: it holds before `until`. */
  readonly budget: { readonly leftUnits: bigint; readonly until: number };
  /** Of the fund: what leaves in a day, in parts per million, and what stays in any case. */
  readonly movePpm: number;
  readonly floorUnits: bigint;
}

/**
 * Whether a desk is where the instruction wants it: an envelope at least as tight that holds at least as long, a budget
 * of which no more is left, a move that was carried out. By whose transaction does not matter.
 */
export function isCarriedOut(
  planned: Omit<PlannedInstruction, "turn">,
  eid: Eid,
  at: { readonly report: DeskReport; readonly isUsed: boolean },
): boolean {
  const units = unitsFor(planned, eid);
  if (at.isUsed || units === null) return at.isUsed;
  const { envelope, budget } = at.report;
  switch (planned.kind) {
    case "open-interest-cap":
      return envelope.capUnits <= units && envelope.until >= planned.until;
    case "deleveraging-budget":
      return budget.leftUnits <= units && budget.until >= planned.until;
    case "insurance-move":
      return false;
  }
}
