import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import type { SignedDirective } from "../incident/directive.ts";
import type { Entry } from "../incident/entry.ts";

/**
 * `raise` brings rungs into force where they are not: urgent. `settle` renews what would lapse although its evidence is
 * final, and makes words equal once things are quiet.
 */
export type ActionKind = "raise" | "settle";

/** One directive on its way to one deployment. */
export interface Action {
  /** Deterministic, see {@link actionId}: the same decision makes the same actions. */
  readonly id: string;
  readonly decision: Hex;
  readonly kind: ActionKind;
  readonly eid: Eid;
  /** Unix seconds, chain time. After it no hub accepts the directive and the action is void. */
  readonly deadline: number;
  /**
   * What this deployment lacks, by market: the action is done when its mesh words cover these lanes. The directive may
   * carry more, because one signature serves every deployment of the decision.
   */
  readonly needs: readonly Entry[];
}

/** An action and the operators' word for it: all that is needed to carry it out. */
export interface SignedAction {
  readonly action: Action;
  readonly signed: SignedDirective;
}

/** Digits of the decision's hash that an identifier shows. */
const DECISION_DIGITS = 16;

/**
 * `act-<decision>-<directive>-<eid>`. Letters, digits and dashes only: queues refuse colons and bare integers.
 * `directive` is its place in the decision.
 */
export function actionId(decision: Hex, directive: number, eid: Eid): string {
  return `act-${decision.slice(2, 2 + DECISION_DIGITS)}-${directive}-${eid}`;
}
