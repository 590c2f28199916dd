import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";

/**
 * What happened to an instruction at one desk.
 *
 * - `instructed`: it was decided that this desk is told.
 * - `sent`: a node took the transaction.
 * - `carried-out`: the desk shows it at the head; `final` at the finalised head; `undone` by a reorganisation.
 * - `given-up`: its time is over, or it was sent and refused too often.
 */
export type InstructionStepKind = "instructed" | "sent" | "carried-out" | "undone" | "final" | "given-up";

export interface InstructionStep {
  readonly what: InstructionStepKind;
  readonly operation: Hex;
  readonly decision: Hex;
  readonly eid: Eid;
  /** The desk's block at which it showed; null where it did not. */
  readonly block: number | null;
  /** What the desk was told, the transaction, or why it was given up. */
  readonly detail: string;
}
