import type { ActionKind } from "../action/action.ts";
import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import type { Entry } from "../incident/entry.ts";
import { type PlannedInstruction, plainInstruction } from "../desk/instruction.ts";
import type { RuleRef } from "../policy/policy.ts";
import { canonicalJson } from "../canonical.ts";
import type { BlockId } from "./block-id.ts";

export type { BlockId } from "./block-id.ts";

/** What was looked at on one chain: its state at the head, and its state at the finalised head. */
export interface CutPoint {
  readonly eid: Eid;
  readonly latest: BlockId;
  readonly finalised: BlockId;
  /** False while blocks up to the head are still being read: then it counts as evidence, but nothing is sent to it. */
  readonly isCaughtUp: boolean;
  /** True where what the chain calls final was in doubt, and so no evidence. Absent otherwise. */
  readonly isSuspect?: boolean;
  /** The block at which risk was computed there, or null where no venue is read. */
  readonly venue: BlockId | null;
}

/** What is on its way to a deployment already, and counted as if it had arrived. */
export interface InFlight {
  readonly eid: Eid;
  readonly entries: readonly Entry[];
}

/** One deployment that a directive goes to, and what that deployment lacks of it. */
export interface PlannedDestination {
  readonly eid: Eid;
  readonly needs: readonly Entry[];
}

/** One signature's worth: the same entries for every destination. */
export interface PlannedDirective {
  readonly kind: ActionKind;
  readonly deadline: number;
  readonly entries: readonly Entry[];
  readonly destinations: readonly PlannedDestination[];
}

/**
 * What was looked at, what rules were followed, and what they say must be done. With the chains' states at `cut` and
 * the policy behind `policyHash`, anybody can compute `directives` and `instructions` again.
 */
export interface Plan {
  readonly cut: readonly CutPoint[];
  readonly policyHash: Hex;
  readonly rules: readonly RuleRef[];
  /** Accounts that sign: how many of them a hub knows decides what it lets them do. */
  readonly operators: readonly Hex[];
  readonly inFlight: readonly InFlight[];
  readonly directives: readonly PlannedDirective[];
  /** What desks are told. Absent where that is nothing. */
  readonly instructions?: readonly PlannedInstruction[];
}

/** A plan and what it was made from. */
export interface Decision extends Plan {
  /** keccak256 of `canonicalInputs`: the states at the cut. */
  readonly inputs: Hex;
}

/** The text whose keccak256 names the decision. */
export function canonicalDecision(decision: Decision): string {
  return canonicalJson({
    cut: decision.cut.map(({ eid, latest, finalised, isCaughtUp, isSuspect, venue }) => ({
      eid,
      isCaughtUp,
      ...(isSuspect === true ? { isSuspect } : {}),
      venue: venue === null ? null : { number: venue.number, hash: venue.hash },
      latest: { number: latest.number, hash: latest.hash },
      finalised: { number: finalised.number, hash: finalised.hash },
    })),
    inputs: decision.inputs,
    policyHash: decision.policyHash,
    rules: decision.rules.map(({ id, version }) => ({ id, version })),
    operators: decision.operators,
    inFlight: decision.inFlight.map(({ eid, entries }) => ({ eid, entries: entries.map(plainEntry) })),
    directives: decision.directives.map(({ kind, deadline, entries, destinations }) => ({
      kind,
      deadline,
      entries: entries.map(plainEntry),
      destinations: destinations.map(({ eid, needs }) => ({ eid, needs: needs.map(plainEntry) })),
    })),
    ...(decision.instructions === undefined ? {} : { instructions: decision.instructions.map(plainInstruction) }),
  });
}

function plainEntry({ market, word }: Entry): { market: number; word: bigint } {
  return { market, word };
}
