import type { SignedAction } from "../../domain/action/action.ts";
import type { Undertaking } from "../../domain/decision/list-actions.ts";
import { packEntries } from "../../domain/incident/payload.ts";
import { describeError } from "../../errors.ts";
import type { ActionQueue, QueuedAction } from "../../ports/queue.ts";
import type { DirectiveSigner } from "../../ports/signer.ts";
import type { AppContext } from "../context.ts";
import { withDeadline } from "../deadline.ts";
import type { Carrier } from "./carrier.ts";
import { ENQUEUE_MS, FIRST_REPEAT_MS } from "./pacing.ts";
import type { SignedBook } from "./signed-book.ts";

/** Carries decisions out. */
export interface Actor {
  /**
   * Signs and sends. Urgent directives go to all destinations at once, with no queue in between; the others by the
   * queue, or at once where it is down. Never throws. `seenMs` is when the cause was first seen, for the measurement.
   */
  carryOut(undertakings: readonly Undertaking[], seenMs: number | null): Promise<void>;
}

export interface ActPorts {
  readonly signer: DirectiveSigner;
  readonly queue: ActionQueue;
  readonly carrier: Carrier;
  readonly book: SignedBook;
}

export function createActor(context: AppContext, ports: ActPorts): Actor {
  return {
    async carryOut(undertakings, seenMs) {
      await Promise.allSettled(undertakings.map((undertaking) => carryOne(context, ports, { undertaking, seenMs })));
    },
  };
}

async function carryOne(
  context: AppContext,
  ports: ActPorts,
  { undertaking, seenMs }: { undertaking: Undertaking; seenMs: number | null },
): Promise<void> {
  const signed = await sign(context, ports, undertaking);
  if (undertaking.directive.kind === "raise") {
    const lanes = signed.map(({ action }) => sendAtOnce(context, ports.carrier, { id: action.id, seenMs }));
    await Promise.allSettled([...lanes, enqueue(context, ports.queue, { signed, delayMs: FIRST_REPEAT_MS })]);
    return;
  }
  const isQueued = await enqueue(context, ports.queue, { signed, delayMs: 0 });
  if (isQueued) return;
  await Promise.allSettled(signed.map(({ action }) => ports.carrier.attempt(action.id, "process")));
}

/** One signature per operator for all destinations. */
async function sign(
  { log, ledger, clock }: AppContext,
  { signer, book }: ActPorts,
  { directive, actions }: Undertaking,
): Promise<readonly SignedAction[]> {
  const { deadline, entries } = directive;
  const [first] = actions;
  if (first === undefined) return [];
  try {
    const signed = await signer.sign({ decision: first.decision, deadline, entries: packEntries(entries) });
    const all = actions.map((action) => ({ action, signed }));
    for (const one of all) book.keep(one);
    return all;
  } catch (error) {
    log.error({ decision: first.decision, err: describeError(error) }, "directive not signed");
    // Leaves the destinations alone for a while, then plans anew.
    for (const { id } of actions) {
      ledger.record({ kind: "action-abandoned", action: id, reason: "exhausted", atMs: clock.nowMs() });
    }
    return [];
  }
}

async function sendAtOnce(
  { clock, metrics }: AppContext,
  carrier: Carrier,
  { id, seenMs }: { id: string; seenMs: number | null },
): Promise<void> {
  const attempt = await carrier.attempt(id, "emergency");
  if (attempt === "sent" && seenMs !== null) metrics.overhead((clock.nowMs() - seenMs) / 1_000);
}

/** @returns whether the queue will look after the actions */
async function enqueue(
  { clock, signal, metrics, log }: AppContext,
  queue: ActionQueue,
  { signed, delayMs }: { signed: readonly SignedAction[]; delayMs: number },
): Promise<boolean> {
  const [first] = signed;
  if (first === undefined) return false;
  const actions: readonly QueuedAction[] = signed.map((one) => ({ ...one, delayMs }));
  const deadline = { clock, ms: ENQUEUE_MS, signal, what: "queue", failsAs: "QUEUE_UNAVAILABLE" } as const;
  try {
    await withDeadline(deadline, () => queue.enqueue({ decision: first.action.decision, actions }));
    return true;
  } catch (error) {
    metrics.failed("queue", describeError(error).code ?? "");
    log.warn({ decision: first.action.decision, err: describeError(error) }, "actions not queued");
    return false;
  }
}
