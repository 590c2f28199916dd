import { canonicalJson } from "../canonical.ts";
import type { Hex } from "../hex.ts";

/** A rule and its version: together they name one piece of code. A change of what it decides is a new version. */
export interface RuleRef {
  readonly id: string;
  readonly version: number;
}

/** Every rule that `plan` follows, in the order in which it does. */
export const RULES: readonly RuleRef[] = [{ id: "mirror", version: 1 }];

/** Numbers of the mirror rule. */
export interface MirrorPolicy {
  /** A rung in force whose lease ends sooner than this is renewed, if its evidence is final and newer. */
  readonly renewBelowSeconds: number;
  /** A final stamp that a deployment still lacks this long after it was made is sent, to make words equal. */
  readonly reconcileAfterSeconds: number;
}

export interface Policy {
  /** keccak256 of {@link canonicalPolicy}. Decisions name it, so that nobody has to guess what they followed. */
  readonly hash: Hex;
  readonly mirror: MirrorPolicy;
}

/** The text whose keccak256 names a policy. */
export function canonicalPolicy({ renewBelowSeconds, reconcileAfterSeconds }: MirrorPolicy): string {
  return canonicalJson({
    rules: RULES.map(({ id, version }) => ({ id, version })),
    mirror: { renewBelowSeconds, reconcileAfterSeconds },
  });
}
