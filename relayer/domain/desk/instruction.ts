import { type Canonical, canonicalJson } from "../canonical.ts";
import type { Eid } from "../eid.ts";
import { type Hex, joinHex } from "../hex.ts";
import type { OperatorSignature } from "../incident/directive.ts";

/** What operators may instruct a venue to do, in the order of `InstructionKind` in IOperatorDesk.sol: the place is signed. */
export const INSTRUCTION_KINDS = ["open-interest-cap", "deleveraging-budget", "insurance-move"] as const;

export type InstructionKind = (typeof INSTRUCTION_KINDS)[number];

/** What one deployment is told. */
export interface Allotment {
  readonly eid: Eid;
  /** Cap, budget, or amount to move, in units of collateral. */
  readonly units: bigint;
}

/** What a decision asks of desks: one signature serves every deployment that it names. */
export interface PlannedInstruction {
  readonly kind: InstructionKind;
  readonly market: number;
  /** Where insurance goes; 0 for other kinds as well. */
  readonly toMarket: number;
  /** Unix seconds, chain time, until which a cap or a budget holds; 0 for a move. */
  readonly until: number;
  /** Open interest on all chains, in units; 0 for other kinds than a cap. */
  readonly globalOpenInterest: bigint;
  /** Unix seconds, chain time, after which no desk takes it. */
  readonly deadline: number;
  /** Moves out of the fund that were carried out before this one; 0 for other kinds. */
  readonly turn: bigint;
  /** Ascending by eid. */
  readonly allotments: readonly Allotment[];
}

/** As desks take it and operators sign it: `Instruction` in IOperatorDesk.sol. */
export interface Instruction extends Omit<PlannedInstruction, "turn"> {
  /** Hash of the decision that this follows from. */
  readonly decision: Hex;
  /** Used once on each deployment. */
  readonly operation: Hex;
}

export interface SignedInstruction {
  readonly instruction: Instruction;
  /** In ascending order of signers, as desks demand. */
  readonly signatures: readonly OperatorSignature[];
}

/**
 * The text whose keccak256 is the operation. Two decisions that look at different blocks and ask for the same give the
 * same: so a desk carries it out once. A cap or a budget is what it says and until when. A move is its place among the
 * moves out of that fund, whatever its amount: two nodes that reckon differently cannot move twice.
 */
export function operationText(planned: PlannedInstruction): string {
  const { kind, market, toMarket, until, globalOpenInterest, turn, allotments } = planned;
  if (kind === "insurance-move") {
    return canonicalJson({ kind, market, turn, eids: allotments.map(({ eid }) => eid) });
  }
  return canonicalJson({ kind, market, toMarket, until, globalOpenInterest, allotments: plainAllotments(allotments) });
}

/** `planned` of the decision with that hash, complete. `keccak` is that of UTF-8 text. */
export function toInstruction(planned: PlannedInstruction, decision: Hex, keccak: (text: string) => Hex): Instruction {
  const { turn: _turn, ...told } = planned;
  return { ...told, decision, operation: keccak(operationText(planned)) };
}

/** For the decision's text. */
export function plainInstruction(planned: PlannedInstruction): Canonical {
  const { kind, market, toMarket, until, globalOpenInterest, deadline, turn, allotments } = planned;
  const told = { kind, market, toMarket, until, globalOpenInterest, deadline, turn };
  return { ...told, allotments: plainAllotments(allotments) };
}

/** What the deployment `eid` is told, or null where it is told nothing. */
export function unitsFor({ allotments }: Pick<PlannedInstruction, "allotments">, eid: Eid): bigint | null {
  return allotments.find((allotment) => allotment.eid === eid)?.units ?? null;
}

/** The signatures as `OperatorDesk.execute` takes them. */
export function joinInstructionSignatures({ signatures }: SignedInstruction): Hex {
  return joinHex(signatures.map(({ signature }) => signature));
}

function plainAllotments(allotments: readonly Allotment[]): Canonical {
  return allotments.map(({ eid, units }) => ({ eid, units }));
}
