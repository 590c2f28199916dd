import { setImmediate as nextTurn } from "node:timers/promises";

import type { Action, SignedAction } from "../../domain/action/action.ts";
import type { Undertaking } from "../../domain/decision/list-actions.ts";
import type { SignedDirective } from "../../domain/incident/directive.ts";
import { packEntries } from "../../domain/incident/payload.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { CoSigners } from "../../ports/co-signers.ts";
import type { ActionQueue, QueuedAction } from "../../ports/queue.ts";
import type { DirectiveSigner } from "../../ports/signer.ts";
import type { AppContext } from "../context.ts";
import { withDeadline } from "../deadline.ts";
import { gatherSignatures } from "../quorum/gather.ts";
import type { QuorumPace } from "../quorum/pace.ts";
import type { Carrier } from "./carrier.ts";
import { ENQUEUE_AFTER_MS, ENQUEUE_MS, FIRST_REPEAT_MS } from "./pacing.ts";
import type { SignedBook } from "./signed-book.ts";

/** Carries decisions out. */
export interface Actor {
  /**
   * Signs and sends. Urgent directives go to all destinations at once, with no queue in between; the others by the
   * queue, or at once where it is down. Never throws.
   */
  carryOut(order: Order): Promise<void>;
}

/** What is to be carried out of one decision. */
export interface Order {
  readonly undertakings: readonly Undertaking[];
  /** When the cause was first seen, for the measurement; null when nothing urgent was. */
  readonly seenMs: number | null;
  /** The decision's text for peers to compute again; null when this node's signature alone is enough. */
  readonly toSign: string | null;
}

/** Brings peers' signatures. Absent where there are no peers. */
export interface QuorumPorts {
  readonly coSigners: CoSigners;
  readonly pace: QuorumPace;
}

export interface ActPorts {
  readonly signer: DirectiveSigner;
  readonly queue: ActionQueue;
  readonly carrier: Carrier;
  readonly book: SignedBook;
  readonly quorum: QuorumPorts | null;
}

export function createActor(context: AppContext, ports: ActPorts): Actor {
  return {
    async carryOut({ undertakings, seenMs, toSign }) {
      await Promise.allSettled(
        undertakings.map((undertaking) => carryOne(context, ports, { undertaking, seenMs, toSign })),
      );
    },
  };
}

async function carryOne(
  context: AppContext,
  ports: ActPorts,
  { undertaking, seenMs, toSign }: Omit<Order, "undertakings"> & { readonly undertaking: Undertaking },
): Promise<void> {
  const signed = await sign(context, ports, { undertaking, toSign });
  if (undertaking.directive.kind === "raise") {
    const sent = Promise.allSettled(
      signed.map(async ({ action }, index) => {
        // In turns of the event loop of their own: the first is on its way before the second is signed.
        if (index > 0) await nextTurn();
        return sendAtOnce(context, ports.carrier, { id: action.id, seenMs });
      }),
    );
    await Promise.race([sent, context.clock.sleep(ENQUEUE_AFTER_MS, context.signal)]);
    await enqueue(context, ports.queue, { signed, delayMs: FIRST_REPEAT_MS });
    await sent;
    return;
  }
  const isQueued = await enqueue(context, ports.queue, { signed, delayMs: 0 });
  if (isQueued) return;
  await Promise.allSettled(signed.map(({ action }) => ports.carrier.attempt(action.id, "process")));
}

/** One signature per operator for all destinations. */
async function sign(
  context: AppContext,
  { signer, book, quorum }: ActPorts,
  { undertaking, toSign }: { undertaking: Undertaking; toSign: string | null },
): Promise<readonly SignedAction[]> {
  const { index, directive, actions } = undertaking;
  const [first] = actions;
  if (first === undefined) return [];
  const { deadline, entries } = directive;
  try {
    const own = await signer.sign({ decision: first.decision, deadline, entries: packEntries(entries) });
    const isJoint = quorum !== null && toSign !== null;
    const signed = isJoint ? await coSign(context, quorum, { text: toSign, index, own, actions }) : own;
    const all = actions.map((action) => ({ action, signed }));
    for (const one of all) book.keep(one);
    return all;
  } catch (error) {
    noteUnsigned(context, actions, error);
    return [];
  }
}

interface ToCoSign {
  readonly text: string;
  readonly index: number;
  readonly own: SignedDirective;
  readonly actions: readonly Action[];
}

async function coSign(
  context: AppContext,
  { coSigners, pace }: QuorumPorts,
  { text, index, own, actions }: ToCoSign,
): Promise<SignedDirective> {
  const { chains } = context.ledger.world;
  const needed = Math.max(...actions.map(({ eid }) => chains.get(eid)?.latest.state.limits.quorum ?? 0));
  try {
    const proposal = { text, index, directive: own.directive };
    const signatures = await gatherSignatures(context, coSigners, { proposal, own: own.signatures, needed });
    pace.succeed();
    return { directive: own.directive, signatures };
  } catch (error) {
    pace.fail();
    throw error;
  }
}

/** Without a quorum the same is asked for again soon; without its own signature the node leaves it alone for a while. */
function noteUnsigned({ log, ledger, clock, metrics }: AppContext, actions: readonly Action[], thrown: unknown): void {
  const error = RelayerError.from(thrown);
  const reason = error.name === "QUORUM_MISSING" ? "expired" : "exhausted";
  metrics.failed("sign", error.code);
  log.error({ decision: actions[0]?.decision, err: describeError(error) }, "directive not signed");
  for (const { id } of actions) {
    ledger.record({ kind: "action-abandoned", action: id, reason, atMs: clock.nowMs() });
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
