import type { Eid } from "../eid.ts";

/**
 * What the reducer noticed and could not settle by itself. A finding is a value, never an exception.
 *
 * - `seq-gap`: events between two that were read are missing; the chain must be read again.
 * - `disagreement`: a snapshot says something else than the events up to the same block.
 * - `not-contiguous`: blocks were read that do not follow the cursor; nothing of them was taken.
 * - `beyond-finality`: the chain was reorganised below what it had called final; a new snapshot is needed.
 * - `unknown-chain`, `unknown-action`: the observation is about something that was never opened.
 */
export type FindingKind =
  "seq-gap" | "disagreement" | "not-contiguous" | "beyond-finality" | "unknown-chain" | "unknown-action";

export interface Finding {
  readonly kind: FindingKind;
  /** Null when it is about an action that nobody knows. */
  readonly eid: Eid | null;
  /** For the log. */
  readonly facts: Readonly<Record<string, number | string>>;
}
