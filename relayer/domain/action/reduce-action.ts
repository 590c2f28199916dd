import type { Finding } from "../world/finding.ts";
import type { ActionAbandoned, ActionMined, ActionObservation, ActionSent, Rewound } from "../world/observation.ts";
import type { World } from "../world/world.ts";
import { type ActionTransaction, type ActionView, stateOfAction } from "./action-view.ts";

type Actions = World["actions"];

/** Actions that are over are kept up to this many in all, for the status page. Open ones are never dropped. */
export const ACTIONS_KEPT = 256;

/** Folds one observation of an action into the world. */
export function reduceAction(
  world: World,
  observation: ActionObservation,
): { readonly world: World; readonly findings: readonly Finding[] } {
  if (observation.kind === "action-opened") {
    const { action, atMs } = observation;
    if (world.actions.has(action.id)) return { world, findings: [] };
    const opened: ActionView = { action, openedAtMs: atMs, transactions: [], abandoned: null };
    return { world: { ...world, actions: forget(new Map(world.actions).set(action.id, opened), world) }, findings: [] };
  }
  const view = world.actions.get(observation.action);
  if (view === undefined) {
    return { world, findings: [{ kind: "unknown-action", eid: null, facts: { action: observation.action } }] };
  }
  const actions = new Map(world.actions).set(view.action.id, change(view, observation));
  return { world: { ...world, actions }, findings: [] };
}

/** After a reorg of the destination, what was mined above the ancestor is pending again. */
export function reopenMined(actions: Actions, { eid, ancestor, cause }: Rewound): Actions {
  if (cause !== "reorg") return actions;
  return new Map(
    [...actions].map(([id, view]) => [id, view.action.eid === eid ? withPending(view, ancestor.number) : view]),
  );
}

function change(view: ActionView, observation: ActionSent | ActionMined | ActionAbandoned): ActionView {
  switch (observation.kind) {
    case "action-sent": {
      const { txHash, atMs } = observation;
      const others = view.transactions.filter((known) => known.txHash !== txHash);
      return { ...view, transactions: [...others, { txHash, sentAtMs: atMs, status: "pending", blockNumber: null }] };
    }
    case "action-mined":
      return { ...view, transactions: view.transactions.map((known) => mine(known, observation)) };
    case "action-abandoned":
      return { ...view, abandoned: { reason: observation.reason, atMs: observation.atMs } };
  }
}

function mine(transaction: ActionTransaction, { txHash, status, blockNumber }: ActionMined): ActionTransaction {
  return transaction.txHash === txHash ? { ...transaction, status, blockNumber } : transaction;
}

function withPending(view: ActionView, ancestor: number): ActionView {
  const transactions = view.transactions.map((transaction): ActionTransaction => {
    const isUndone = transaction.blockNumber !== null && transaction.blockNumber > ancestor;
    return isUndone ? { ...transaction, status: "pending", blockNumber: null } : transaction;
  });
  return { ...view, transactions };
}

/** Drops the oldest actions that are over for good, down to {@link ACTIONS_KEPT}. */
function forget(actions: Map<string, ActionView>, { chains }: World): Actions {
  for (const [id, view] of actions) {
    if (actions.size <= ACTIONS_KEPT) break;
    const state = stateOfAction(view, chains.get(view.action.eid) ?? null);
    if (state !== "open" && state !== "confirmed") actions.delete(id);
  }
  return actions;
}
