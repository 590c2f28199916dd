import type { Hex } from "../hex.ts";
import { EMPTY_WORD, coversWord } from "../incident/word.ts";
import type { HubState } from "../world/hub-state.ts";
import type { Action } from "./action.ts";

/** One transaction for an action. `blockNumber` is null until it was mined. */
export interface ActionTransaction {
  readonly txHash: Hex;
  readonly sentAtMs: number;
  readonly status: "pending" | "success" | "reverted";
  readonly blockNumber: number | null;
}

/** An action and what became of it so far. */
export interface ActionView {
  readonly action: Action;
  readonly openedAtMs: number;
  readonly transactions: readonly ActionTransaction[];
  readonly abandoned: { readonly reason: "exhausted" | "expired"; readonly atMs: number } | null;
}

/**
 * `confirmed`: the state is seen at the head; `final`: in a finalised block. Derived from the state of the chain and
 * never stored, so that a reorg reopens by itself what it undid.
 */
export type ActionState = "open" | "confirmed" | "final" | "expired" | "abandoned";

/** What an action's destination looks like; null while it was never read. */
export type Destination = {
  readonly finalised: { readonly state: HubState };
  readonly latest: { readonly state: HubState; readonly block: { readonly timestamp: number } };
} | null;

export function stateOfAction({ action, abandoned }: ActionView, destination: Destination): ActionState {
  if (destination !== null && isServed(action, destination.finalised.state)) return "final";
  if (destination !== null && isServed(action, destination.latest.state)) return "confirmed";
  if (abandoned !== null) return abandoned.reason === "expired" ? "expired" : "abandoned";
  return destination !== null && destination.latest.block.timestamp > action.deadline ? "expired" : "open";
}

/** Whether `state` holds everything that the action is for. */
export function isServed(action: Action, state: HubState): boolean {
  return action.needs.every(({ market, word }) => coversWord(state.meshWords[market] ?? EMPTY_WORD, word));
}

/** How many of its transactions were mined by block `cursor` and cannot help any more. Asked of open actions. */
export function countFutile(view: ActionView, cursor: number): number {
  return view.transactions.filter(({ status, blockNumber }) => {
    return status === "reverted" || (status === "success" && blockNumber !== null && blockNumber <= cursor);
  }).length;
}

/** Wall time of the last transaction that a node took, or null. */
export function lastSentMs(view: ActionView): number | null {
  return view.transactions.at(-1)?.sentAtMs ?? null;
}
