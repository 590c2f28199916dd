import { stateOfAction } from "../../domain/action/action-view.ts";
import type { Action } from "../../domain/action/action.ts";
import { EMPTY_WORD, coversWord, splitWordAt } from "../../domain/incident/word.ts";
import { SKEW_SECONDS } from "../../domain/policy/groups.ts";
import { DIRECTIVE_SECONDS } from "../../domain/policy/plan.ts";
import type { World } from "../../domain/world/world.ts";
import { RelayerError } from "../../errors.ts";
import type { ActionHandler } from "../../ports/queue.ts";
import type { AppContext } from "../context.ts";
import type { Carrier } from "./carrier.ts";
import type { SignedBook } from "./signed-book.ts";

/**
 * Handles a durable job: sends the action again while, and only while, its state is not on chain. Throws `ACTION_OPEN`
 * to be called again. A job of an earlier life of the process is taken over as it is.
 */
export function createJobHandler(
  { ledger, clock, log }: AppContext,
  { carrier, book }: { carrier: Carrier; book: SignedBook },
): ActionHandler {
  return async ({ action, signed }) => {
    const { id, eid } = action;
    requireRead(ledger.world, action);
    if (!ledger.world.actions.has(id)) {
      requireTimely(ledger.world, action);
      requireUnclaimed(ledger.world, action);
      ledger.record({ kind: "action-opened", action, atMs: clock.nowMs() });
      log.info({ actionId: id, eid }, "action taken over from the queue");
    }
    if (book.find(id) === null) book.keep({ action, signed });
    const attempt = await carrier.attempt(id, "queue");
    if (attempt !== "over") throw openError(action, attempt);
    if (ledger.world.actions.get(id)?.abandoned?.reason === "exhausted") {
      throw new RelayerError("ACTION_EXHAUSTED", `action ${id} was given up`, { actionId: id, eid });
    }
  };
}

/** A chain that was not read yet says nothing about what is still to be done. */
function requireRead(world: World, action: Action): void {
  if (world.chains.get(action.eid)?.isCaughtUp !== true) throw openError(action, "destination not read yet");
}

/**
 * What is ahead of its destination's time was decided on another history of that chain, and its hub refuses it. Taken
 * over, it would count as on its way, and keep what really has to be sent from being decided.
 */
function requireTimely(world: World, action: Action): void {
  const time = world.chains.get(action.eid)?.latest.block.timestamp ?? 0;
  const isAhead = action.needs.some(({ word }) => splitWordAt(word, time + SKEW_SECONDS).ahead !== EMPTY_WORD);
  if (isAhead || action.deadline > time + DIRECTIVE_SECONDS + SKEW_SECONDS) {
    throw openError(action, "ahead of its destination's time");
  }
}

/** After a restart the same need may have been decided on anew. One of the two waits, and then finds it served. */
function requireUnclaimed(world: World, action: Action): void {
  const destination = world.chains.get(action.eid) ?? null;
  const rival = [...world.actions.values()].find((view) => {
    const isOpen = view.action.eid === action.eid && stateOfAction(view, destination) === "open";
    return isOpen && action.needs.some((need) => isPromised(need, view.action));
  });
  if (rival !== undefined) throw openError(action, `waits for ${rival.action.id}`);
}

function isPromised({ market, word }: Action["needs"][number], by: Action): boolean {
  return by.needs.some((need) => need.market === market && coversWord(need.word, word));
}

function openError({ id, eid }: Action, reason: string): RelayerError {
  return new RelayerError("ACTION_OPEN", `action ${id} is open`, { actionId: id, eid, reason });
}
