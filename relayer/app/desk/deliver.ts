import { isCarriedOut } from "../../domain/desk/desk-report.ts";
import type { InstructionStep, InstructionStepKind } from "../../domain/desk/instruction-step.ts";
import type { SignedInstruction } from "../../domain/desk/instruction.ts";
import type { Eid } from "../../domain/eid.ts";
import { tailorTo } from "../../domain/incident/directive.ts";
import type { BlockRef } from "../../domain/world/block.ts";
import type { ChainView } from "../../domain/world/world.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { Desk } from "../../ports/desk.ts";
import type { AppContext } from "../context.ts";
import { withDeadline } from "../deadline.ts";
import type { JournalWriter } from "../journal-writer.ts";
import { type Delivery, type DeliveryState, type Told, isLive } from "./instruction-book.ts";

/** One request to a node, with all its retries inside the adapter, may take this long. */
const REQUEST_MS = 10_000;
/** What was sent and does not show is sent again after this time: the same transaction, dearer where it is stuck. */
const RESEND_AFTER_MS = 20_000;
/** Transactions for one desk at the most, and refusals by it before it is left alone. */
const TRANSACTIONS_MAX = 4;
const REFUSALS_MAX = 3;
/** Desks count two keys as the least of a quorum, whatever their hub says. */
const QUORUM_LEAST = 2;

/** Where instructions go, and where what becomes of them is written down. */
export interface DeliverPorts {
  readonly desks: ReadonlyMap<Eid, Desk>;
  readonly journal: Pick<JournalWriter, "write">;
}

/** Looks at every desk that `told` speaks to, and does what is due there. A desk that hangs delays no other. */
export async function deliver(context: AppContext, { desks, journal }: DeliverPorts, told: Told): Promise<void> {
  const { signed } = told;
  if (signed === null) return;
  const live = told.deliveries.filter(isLive);
  await Promise.all(
    live.map(async (delivery) => {
      const [desk, view] = [desks.get(delivery.eid), context.ledger.world.chains.get(delivery.eid)];
      // A chain that is still being read says nothing about what is to be done.
      if (desk === undefined || view?.isCaughtUp !== true) return;
      try {
        await step(context, { desk, view, signed, delivery, journal });
      } catch (thrown) {
        noteFailure(context, desk, { delivery, error: RelayerError.from(thrown) });
      }
    }),
  );
}

interface Stepping {
  readonly desk: Desk;
  readonly view: ChainView;
  readonly signed: SignedInstruction;
  readonly delivery: Delivery;
  readonly journal: DeliverPorts["journal"];
}

async function step(context: AppContext, stepping: Stepping): Promise<void> {
  const { delivery, view, signed } = stepping;
  const { latest, finalised } = view;
  if (await isSeenAt(context, stepping, latest.block)) {
    delivery.seenAt ??= latest.block.number;
    become(context, stepping, "confirmed");
    const isDeep = finalised.block.number >= delivery.seenAt;
    if (isDeep && (await isSeenAt(context, stepping, finalised.block))) become(context, stepping, "final");
    return;
  }
  // Not seen, or not any more: a reorganisation has undone it.
  delivery.seenAt = null;
  become(context, stepping, "open");
  if (latest.block.timestamp > signed.instruction.deadline) return become(context, stepping, "expired");
  const isExhausted = delivery.transactions.length >= TRANSACTIONS_MAX || delivery.refusals >= REFUSALS_MAX;
  const { triedMs } = delivery;
  if (triedMs !== null && context.clock.nowMs() < triedMs + RESEND_AFTER_MS) return;
  if (isExhausted) return become(context, stepping, "abandoned");
  await submit(context, stepping);
}

async function isSeenAt(context: AppContext, { desk, signed, delivery }: Stepping, at: BlockRef): Promise<boolean> {
  const { instruction } = signed;
  const { market, operation } = instruction;
  const sight = await ask(context, desk, (signal) => desk.look({ market, operation }, at, signal));
  return isCarriedOut(instruction, delivery.eid, sight);
}

async function submit(context: AppContext, stepping: Stepping): Promise<void> {
  const { desk, view, signed, delivery } = stepping;
  const { clock, metrics, log } = context;
  const { operators, limits } = view.latest.state;
  delivery.triedMs = clock.nowMs();
  const quorum = Math.max(limits.quorum, QUORUM_LEAST);
  const fitting = { ...signed, signatures: tailorTo(signed.signatures, { operators, quorum }) };
  const { txHash } = await ask(context, desk, (signal) => desk.submit(fitting, signal));
  if (!delivery.transactions.includes(txHash)) delivery.transactions.push(txHash);
  note(context, stepping, { what: "sent", block: null, detail: txHash });
  const { kind, operation } = signed.instruction;
  metrics.sent(desk.name, { kind, lane: "process" });
  log.info({ chain: desk.name, operation, kind, txHash }, "instruction sent");
}

function become(context: AppContext, stepping: Stepping, state: DeliveryState): void {
  const { desk, signed, delivery, view } = stepping;
  const { metrics, log } = context;
  if (delivery.state === state) return;
  delivery.state = state;
  const { latest, finalised } = view;
  const isGivenUp = state === "expired" || state === "abandoned";
  const block = state === "final" ? finalised.block.number : isGivenUp ? null : latest.block.number;
  note(context, stepping, { what: STEP_OF[state], block, detail: isGivenUp ? state : "" });
  const { kind, operation } = signed.instruction;
  if (state !== "open") metrics.closed(desk.name, { kind, outcome: state });
  const line = { chain: desk.name, operation, kind, state };
  if (isGivenUp) log.warn(line, "instruction given up");
  else log.info(line, "instruction moved on");
}

/** As it stands in the story of an incident. What is open again was seen before. */
const STEP_OF = {
  open: "undone",
  confirmed: "carried-out",
  final: "final",
  expired: "given-up",
  abandoned: "given-up",
} as const satisfies Record<DeliveryState, InstructionStepKind>;

function note(
  { clock }: AppContext,
  { signed, delivery, journal }: Stepping,
  step: Pick<InstructionStep, "what" | "block" | "detail">,
): void {
  const { operation, decision } = signed.instruction;
  const { eid } = delivery;
  journal.write({ kind: "instruction", atMs: clock.nowMs(), step: { ...step, operation, decision, eid } });
}

function noteFailure(
  { metrics, log, signal, halt }: AppContext,
  desk: Desk,
  { delivery, error }: { readonly delivery: Delivery; readonly error: RelayerError },
): void {
  if (signal.aborted) return;
  if (error.name === "INSTRUCTION_REFUSED") delivery.refusals += 1;
  metrics.failed(desk.name, error.code);
  log.warn({ chain: desk.name, err: describeError(error) }, "instruction not delivered");
  if (error.fate === "halt") halt(error);
}

function ask<T>({ clock, signal }: AppContext, desk: Desk, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const what = `desk of ${desk.name}`;
  return withDeadline({ clock, ms: REQUEST_MS, signal, what, failsAs: "RPC_UNAVAILABLE" }, request);
}
