import type { Hex } from "../hex.ts";
import type { PlanInput } from "../policy/plan-input.ts";
import { type Decision, type Plan, canonicalDecision } from "./decision.ts";
import { canonicalInputs } from "./inputs.ts";

/** A decision, its text, and the hash that every directive of it carries on chain. */
export interface SealedDecision {
  readonly decision: Decision;
  readonly text: string;
  readonly hash: Hex;
}

/** Names a plan by everything that it follows from. `keccak` is that of UTF-8 text. */
export function sealDecision(plan: Plan, input: PlanInput, keccak: (text: string) => Hex): SealedDecision {
  const decision = { ...plan, inputs: keccak(canonicalInputs(input)) };
  const text = canonicalDecision(decision);
  return { decision, text, hash: keccak(text) };
}
