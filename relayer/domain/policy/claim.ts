import { type Rungs, joinRungs, rungsOf } from "../incident/rungs.ts";
import { EMPTY_WORD, type Word, mergeWords, stampRungs } from "../incident/word.ts";
import type { RuleId, Step } from "./policy.ts";

/** What a rule says of a market: these rungs, as of that time. */
export interface Claim {
  readonly rule: RuleId;
  readonly market: number;
  readonly rungs: Rungs;
  /** Unix seconds, chain time of the evidence. */
  readonly time: number;
  /** Whether the evidence is final. What is not lapses within ten minutes. */
  readonly isFinal: boolean;
}

export const CALM = 0 as Rungs;

/** Rungs of the steps that `isReached`, joined. Off the ladder counts as nothing: the schema lets none through. */
export function rungsOfSteps(steps: readonly Step[], isReached: (at: number) => boolean): Rungs {
  return steps.filter(({ at }) => isReached(at)).reduce((rungs, step) => joinRungs(rungs, rungsOfStep(step)), CALM);
}

export function rungsOfStep({ breaker, margin }: Pick<Step, "breaker" | "margin">): Rungs {
  return rungsOf(breaker, margin) ?? CALM;
}

/** One claim, or none where nothing is in reach. */
export function toClaims(claim: Claim): readonly Claim[] {
  return claim.rungs === CALM ? [] : [claim];
}

/** What all claims of a market come to, no lane stamped later than `horizon`. */
export function joinClaims(claims: readonly Claim[], horizon: number): { readonly latest: Word; readonly final: Word } {
  const join = (of: readonly Claim[]): Word =>
    of.map(({ rungs, time }) => stampRungs(rungs, Math.min(time, horizon))).reduce(mergeWords, EMPTY_WORD);
  return { latest: join(claims), final: join(claims.filter(({ isFinal }) => isFinal)) };
}
