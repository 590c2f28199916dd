import {
  type ActionState,
  type ActionTransaction,
  type ActionView,
  lastSentMs,
  stateOfAction,
} from "../../domain/action/action-view.ts";
import type { Eid } from "../../domain/eid.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { Chain } from "../../ports/chain.ts";
import type { AppContext } from "../context.ts";
import { withDeadline } from "../deadline.ts";
import type { Carrier } from "./carrier.ts";
import { FALLBACK_AFTER_MS, RECEIPT_EVERY_MS, SUBMIT_MS } from "./pacing.ts";
import type { SignedBook } from "./signed-book.ts";

/** Follows every action until its state is final, and drives those that nobody else does. */
export interface Confirmer {
  /** Looks at all actions once. Starts what is due and does not wait for it: a chain that hangs delays no other. */
  review(): void;
}

export interface ConfirmPorts {
  readonly chains: ReadonlyMap<Eid, Chain>;
  readonly carrier: Carrier;
  readonly book: SignedBook;
}

/** Listens to the ledger from now on: an action closes in the moment in which its state is seen. */
export function createConfirmer(context: AppContext, ports: ConfirmPorts): Confirmer {
  const { ledger, clock } = context;
  const states = new Map<string, ActionState>();
  const askedMs = new Map<string, number>();

  ledger.onChange(({ observation }) => {
    if ("eid" in observation) noteStates(context, ports.chains, { states, eid: observation.eid });
    if (observation.kind === "action-abandoned") noteStates(context, ports.chains, { states, eid: null });
  });

  return {
    review() {
      noteStates(context, ports.chains, { states, eid: null });
      for (const view of ledger.world.actions.values()) {
        if (states.get(view.action.id) !== "open") continue;
        if (isReceiptDue(view, askedMs.get(view.action.id) ?? null, clock.nowMs())) {
          askedMs.set(view.action.id, clock.nowMs());
          void lookForReceipts(context, ports.chains, view);
        }
        if (isFallbackDue(view, ports.carrier, clock.nowMs())) void ports.carrier.attempt(view.action.id, "process");
      }
      for (const id of askedMs.keys()) if (states.get(id) !== "open") askedMs.delete(id);
      ports.book.prune(ledger.world);
    },
  };
}

/** Records what changed since the last look: for one destination, or for all. */
function noteStates(
  context: AppContext,
  chains: ReadonlyMap<Eid, Chain>,
  { states, eid }: { states: Map<string, ActionState>; eid: Eid | null },
): void {
  const { world } = context.ledger;
  for (const [id, view] of world.actions) {
    const destination = world.chains.get(view.action.eid) ?? null;
    // In the middle of reading again the past looks undone. It is not.
    if ((eid !== null && eid !== view.action.eid) || destination?.isCaughtUp === false) continue;
    const state = stateOfAction(view, destination);
    const before = states.get(id) ?? "open";
    states.set(id, state);
    if (state !== before) announce(context, { view, state, before, name: chains.get(view.action.eid)?.name ?? "" });
  }
  for (const id of states.keys()) if (!world.actions.has(id)) states.delete(id);
}

function announce(
  { metrics, log, clock }: AppContext,
  { view, state, before, name }: { view: ActionView; state: ActionState; before: ActionState; name: string },
): void {
  const { id, kind } = view.action;
  const facts = { chain: name, actionId: id, kind, state, before, ms: clock.nowMs() - view.openedAtMs };
  if (state === "open") return log.warn(facts, "action undone by a reorg");
  metrics.closed(name, { kind, outcome: state });
  // Straight to final: it was confirmed on the way.
  if (state === "final" && before === "open") metrics.closed(name, { kind, outcome: "confirmed" });
  log.info(facts, "action closed");
}

function isReceiptDue(view: ActionView, askedMs: number | null, nowMs: number): boolean {
  const sentMs = lastSentMs(view);
  const hasPending = view.transactions.some(({ status }) => status === "pending");
  return hasPending && sentMs !== null && nowMs >= Math.max(sentMs, askedMs ?? 0) + RECEIPT_EVERY_MS;
}

/** The queue drives repeats. Where it did not, because it is down or was wiped, the process does. */
function isFallbackDue(view: ActionView, carrier: Carrier, nowMs: number): boolean {
  const lastMs = Math.max(view.openedAtMs, lastSentMs(view) ?? 0, carrier.lastTriedMs(view.action.id) ?? 0);
  return nowMs >= lastMs + FALLBACK_AFTER_MS;
}

async function lookForReceipts(context: AppContext, chains: ReadonlyMap<Eid, Chain>, view: ActionView): Promise<void> {
  const chain = chains.get(view.action.eid);
  const pending = view.transactions.filter(({ status }) => status === "pending");
  if (chain === undefined) return;
  try {
    for (const transaction of pending) await lookForReceipt(context, { chain, view, transaction });
  } catch (thrown) {
    if (!context.signal.aborted) context.metrics.failed(chain.name, RelayerError.from(thrown).code);
  }
}

async function lookForReceipt(
  { clock, signal, ledger, metrics, log }: AppContext,
  { chain, view, transaction }: { chain: Chain; view: ActionView; transaction: ActionTransaction },
): Promise<void> {
  const { txHash } = transaction;
  const deadline = {
    clock,
    ms: SUBMIT_MS,
    signal,
    what: `receipt of ${chain.name}`,
    failsAs: "RPC_UNAVAILABLE",
  } as const;
  const receipt = await withDeadline(deadline, (bound) => chain.receipt(txHash, bound));
  if (receipt === null) return;
  ledger.record({ kind: "action-mined", action: view.action.id, txHash, ...receipt });
  if (receipt.status === "success") return;
  const error = new RelayerError("TX_REVERTED", `${chain.name} reverted the directive`, { txHash });
  metrics.reverted(chain.name);
  log.error({ chain: chain.name, actionId: view.action.id, err: describeError(error) }, "directive reverted");
}
