import type { ActionKind } from "../action/action.ts";
import type { PlannedDestination } from "../decision/decision.ts";
import type { Hex } from "../hex.ts";
import { M4, HALTED } from "../incident/rungs.ts";
import { MARGIN_LANE, RUNG_LANES, laneOf } from "../incident/word.ts";

/*
 * Who of several nodes acts. Nobody leads: each computes the same order from the nodes' addresses and from what is to
 * be done (highest random weight), the first acts, and the others look after a while whether it still has to be done.
 */

/** What is to be done, told alike by nodes that looked at different blocks: stamps are left out, lanes are not. */
export function taskOf(kind: ActionKind, { eid, needs }: PlannedDestination): string {
  const lanes = needs.map(({ market, word }) => `${market}:${lanesOf(word).join("")}`);
  return `${kind}/${eid}/${lanes.join(",")}`;
}

/** Whether all nodes do it at once: from reduce-only and M3 on, seconds cost more than gas. */
export function isRaced(kind: ActionKind, { needs }: PlannedDestination): boolean {
  return kind === "raise" && needs.some(({ word }) => RACED_LANES.some((lane) => laneOf(word, lane) > 0));
}

const RACED_LANES = [HALTED - 1, HALTED, MARGIN_LANE + M4 - 1, MARGIN_LANE + M4];

/** Place of `self` among `nodes` for `task`, 0 first. `hash` spreads its input evenly. */
export function rankOf(self: Hex, nodes: readonly Hex[], task: string, hash: (text: string) => Hex): number {
  const weightOf = (node: Hex): Hex => hash(`${task}/${node}`);
  const mine = weightOf(self);
  return nodes.filter((node) => node !== self && weightOf(node) > mine).length;
}

function lanesOf(word: PlannedDestination["needs"][number]["word"]): readonly number[] {
  return RUNG_LANES.filter((lane) => laneOf(word, lane) > 0);
}
