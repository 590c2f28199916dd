import { type ActionView, countFutile, lastSentMs, stateOfAction } from "../../domain/action/action-view.ts";
import type { Eid } from "../../domain/eid.ts";
import { type SignedDirective, tailorSignatures } from "../../domain/incident/directive.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { Chain } from "../../ports/chain.ts";
import type { Lane } from "../../ports/metrics.ts";
import type { AppContext } from "../context.ts";
import { withDeadline } from "../deadline.ts";
import {
  ACTION_LIFE_MS,
  FUTILE_MAX,
  RESEND_AFTER_MS,
  RETRY_AFTER_MS,
  SUBMIT_MS,
  TRANSACTIONS_MAX,
  UNSENT_LIFE_MS,
} from "./pacing.ts";
import type { SignedBook } from "./signed-book.ts";

/** `sent`: a node took it. `waiting`: an earlier attempt is good. `over`: nothing left to do. `failed`: try later. */
export type Attempt = "sent" | "waiting" | "over" | "failed";

/**
 * The one way to the chains. Emergency lane, queue and process may all drive the same action, even at once: whether a
 * transaction is really due is decided here, so that each destination gets one.
 */
export interface Carrier {
  attempt(actionId: string, lane: Lane): Promise<Attempt>;
  /** Wall time of the last attempt, successful or not, or null. */
  lastTriedMs(actionId: string): number | null;
}

export function createCarrier(
  context: AppContext,
  { chains, book }: { chains: ReadonlyMap<Eid, Chain>; book: SignedBook },
): Carrier {
  const busy = new Set<string>();
  const triedMs = new Map<string, number>();
  const { clock, ledger } = context;

  const forget = (): void => {
    for (const id of triedMs.keys()) if (!ledger.world.actions.has(id)) triedMs.delete(id);
  };

  return {
    lastTriedMs: (id) => triedMs.get(id) ?? null,
    async attempt(id, lane) {
      const view = ledger.world.actions.get(id);
      if (view === undefined || !isOpen(view, context)) return "over";
      if (busy.has(id) || isPaced(view, triedMs.get(id) ?? null, clock.nowMs())) return "waiting";
      if (giveUp(view, context)) return "over";
      const chain = chains.get(view.action.eid);
      const signed = book.find(id);
      if (chain === undefined || signed === null) return "failed";
      busy.add(id);
      forget();
      triedMs.set(id, clock.nowMs());
      try {
        await submit(context, { view, chain, signed, lane });
        return "sent";
      } catch (thrown) {
        noteFailure(context, { chain, view, error: RelayerError.from(thrown) });
        return "failed";
      } finally {
        busy.delete(id);
      }
    },
  };
}

function isOpen(view: ActionView, { ledger }: AppContext): boolean {
  return stateOfAction(view, ledger.world.chains.get(view.action.eid) ?? null) === "open";
}

/** Whether the last attempt is too recent for another. */
function isPaced(view: ActionView, triedMs: number | null, nowMs: number): boolean {
  const sentMs = lastSentMs(view);
  const isSentLately = sentMs !== null && nowMs < sentMs + RESEND_AFTER_MS;
  return isSentLately || (triedMs !== null && nowMs < triedMs + RETRY_AFTER_MS);
}

/** Closes the action when a further attempt would help nobody. */
function giveUp(view: ActionView, { ledger, clock, log }: AppContext): boolean {
  const { id, eid, kind } = view.action;
  const cursor = ledger.world.chains.get(eid)?.latest.block.number ?? 0;
  const futile = countFutile(view, cursor);
  const isOld = clock.nowMs() >= view.openedAtMs + (view.transactions.length === 0 ? UNSENT_LIFE_MS : ACTION_LIFE_MS);
  const isExhausted = futile >= FUTILE_MAX || view.transactions.length >= TRANSACTIONS_MAX;
  if (!isOld && !isExhausted) return false;
  const reason = isExhausted ? "exhausted" : "expired";
  const sent = view.transactions.length;
  if (isExhausted) {
    const error = new RelayerError("ACTION_EXHAUSTED", "sent as often as allowed, never seen on chain", {
      futile,
      sent,
    });
    log.error({ actionId: id, eid, kind, err: describeError(error) }, "action given up");
  }
  ledger.record({ kind: "action-abandoned", action: id, reason, atMs: clock.nowMs() });
  return true;
}

async function submit(
  context: AppContext,
  { view, chain, signed, lane }: { view: ActionView; chain: Chain; signed: SignedDirective; lane: Lane },
): Promise<void> {
  const { clock, signal, ledger, metrics, log } = context;
  const { id, eid, kind } = view.action;
  const hub = ledger.world.chains.get(eid)?.latest.state;
  const fitting = hub === undefined ? signed : tailorSignatures(signed, { ...hub, quorum: hub.limits.quorum });
  if (fitting.signatures.length === 0) {
    throw new RelayerError("DECISION_INVALID", `${chain.name} knows none of the signers`, { actionId: id, eid });
  }
  const deadline = {
    clock,
    ms: SUBMIT_MS,
    signal,
    what: `submit to ${chain.name}`,
    failsAs: "RPC_UNAVAILABLE",
  } as const;
  const { txHash } = await withDeadline(deadline, (bound) => {
    return chain.submit(fitting, bound, kind === "raise" ? "urgent" : "routine");
  });
  ledger.record({ kind: "action-sent", action: id, txHash, atMs: clock.nowMs() });
  metrics.sent(chain.name, { kind, lane });
  log.info({ chain: chain.name, actionId: id, kind, lane, txHash }, "directive sent");
}

function noteFailure(
  { metrics, log, halt, signal }: AppContext,
  { chain, view, error }: { chain: Chain; view: ActionView; error: RelayerError },
): void {
  if (signal.aborted) return;
  metrics.failed(chain.name, error.code);
  log.warn({ chain: chain.name, actionId: view.action.id, err: describeError(error) }, "directive not sent");
  if (error.fate === "halt") halt(error);
}
