import { type Action, actionId } from "../action/action.ts";
import type { Hex } from "../hex.ts";
import type { Decision, PlannedDirective } from "./decision.ts";

/** One directive of a decision, and the actions that carry it out: one for each destination. */
export interface Undertaking {
  /** Place of the directive in the decision. */
  readonly index: number;
  readonly directive: PlannedDirective;
  readonly actions: readonly Action[];
}

/** What a decision of that hash comes to. Deterministic: the same decision makes the same actions. */
export function listUndertakings(decision: Decision, hash: Hex): readonly Undertaking[] {
  return decision.directives.map((directive, index) => ({
    index,
    directive,
    actions: directive.destinations.map(({ eid, needs }) => {
      const { kind, deadline } = directive;
      return { id: actionId(hash, index, eid), decision: hash, kind, eid, deadline, needs };
    }),
  }));
}
