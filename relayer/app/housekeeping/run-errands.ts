import { type ChorePolicy, type HubFacts, isRefreshDue, isWorthwhile, listChores } from "../../domain/errand/chores.ts";
import { type Errand, errandId, purposeOf } from "../../domain/errand/errand.ts";
import { type Quote, type SpendingPolicy, judgeErrand } from "../../domain/errand/judge.ts";
import { type DeliveryPolicy, listDeliveries } from "../../domain/packet/deliveries.ts";
import { isSettled } from "../../domain/packet/packet-state.ts";
import { listPackets } from "../../domain/packet/packet-view.ts";
import type { Eid } from "../../domain/eid.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { Errands, Tried } from "../../ports/errands.ts";
import type { ErrandOutcome, HousekeepingMetrics } from "../../ports/housekeeping-metrics.ts";
import type { PurseStore } from "../../ports/purses.ts";
import type { AppContext } from "../context.ts";
import { withDeadline } from "../deadline.ts";
import type { Turns } from "../quorum/turns.ts";
import { type DayPurse, openDayPurse } from "./day-purse.ts";
import type { Loops } from "../loops.ts";
import type { ErrandMemory, PendingErrand } from "./errand-memory.ts";
import type { KeptChain } from "./kept-chain.ts";
import type { PacketLedger } from "./packet-ledger.ts";

/** One request to a node, with all its retries inside the adapter, may take this long. */
const REQUEST_MS = 10_000;
/** A transaction without a receipt for this long is given up; its nonce is filled by the next one. */
const LOST_AFTER_MS = 120_000;
const WEI_PER_ETHER = 1e18;

export interface ErrandPolicy {
  /** How often there is a look at what is to do. */
  readonly everyMs: number;
  readonly delivery: DeliveryPolicy;
  /** Null: packets are delivered, and that is all. */
  readonly chores: ChorePolicy | null;
  readonly spending: SpendingPolicy;
  /** An errand that failed, or was refused by a limit, is not looked at again for this long. */
  readonly retryAfterMs: number;
}

export interface ErrandOptions {
  readonly kept: KeptChain;
  readonly errands: Errands;
  readonly peers: readonly Eid[];
  readonly packets: PacketLedger;
  readonly memory: ErrandMemory;
  readonly policy: ErrandPolicy;
  readonly metrics: HousekeepingMetrics;
  /** Null where what was spent ends with the process. */
  readonly purses: PurseStore | null;
  /** Null where no other node does errands. */
  readonly turns: Pick<Turns, "isMyTask"> | null;
}

interface Runner extends ErrandOptions {
  readonly context: AppContext;
  readonly purse: DayPurse;
}

/** Does one chain's errands, one after the other, in a loop of its own: a chain that hangs delays no other. */
export async function runErrands(context: AppContext, options: ErrandOptions, loops: Loops): Promise<void> {
  const { name } = options.kept.chain;
  const purse = await openDayPurse(context, { chain: name, store: options.purses });
  const runner: Runner = { ...options, context, purse };
  await loops.run(`errands:${name}`, {
    turn: () => takeTurn(runner),
    pause: () => context.clock.sleep(options.policy.everyMs, context.signal),
    signal: context.signal,
  });
}

async function takeTurn(runner: Runner): Promise<void> {
  const { context, kept } = runner;
  try {
    await followPending(runner);
    await doWhatIsDue(runner);
  } catch (thrown) {
    if (context.signal.aborted) return;
    const error = RelayerError.from(thrown);
    context.metrics.failed(kept.chain.name, error.code);
    context.log.debug({ chain: kept.chain.name, err: describeError(error) }, "errands not done");
    if (error.fate === "halt") context.halt(error);
  }
}

async function doWhatIsDue(runner: Runner): Promise<void> {
  const { errands, packets, memory, policy, kept, peers, context, metrics } = runner;
  const { hub, time, balanceWei } = await ask(runner, (signal) => errands.look(signal));
  metrics.funds(kept.chain.name, { wallet: etherOf(balanceWei), hub: etherOf(hub.balanceWei) });
  const open = new Set(listPackets(packets.book).flatMap(({ key, state }) => (isSettled(state) ? [] : [key])));
  memory.forget((key) => open.has(key));

  const at = { eid: kept.chain.eid, nowMs: context.clock.nowMs(), failures: memory.failures };
  const deliveries = listDeliveries(packets.book, at, policy.delivery);
  const chores = policy.chores === null ? [] : listChores(hub, { ...kept.chores, peers }, policy.chores);
  for (const errand of [...deliveries, ...chores]) {
    if (context.signal.aborted) return;
    if (!memory.isResting(errand, context.clock.nowMs())) await doErrand(runner, errand, { hub, time });
  }
}

async function doErrand(runner: Runner, errand: Errand, at: { hub: HubFacts; time: number }): Promise<void> {
  const { errands, memory, policy, context } = runner;
  const tried = await ask(runner, (signal) => errands.attempt(errand, signal));
  const nowMs = context.clock.nowMs();
  noteTried(runner, errand, tried === null);
  if (tried === null) return noteFutile(runner, errand);
  if (!isDue(runner, { errand, tried, at }) || !isMine(runner, errand)) return;
  const { balanceWei } = await ask(runner, (signal) => errands.look(signal));
  const verdict = judgeErrand(errand, tried.quote, runner.purse.of(balanceWei), policy.spending);
  if (verdict !== "send") {
    note(runner, errand, verdict);
    return memory.rest(errand, nowMs + policy.retryAfterMs);
  }
  await pay(runner, errand, tried.quote);
}

async function pay(runner: Runner, errand: Errand, quote: Quote): Promise<void> {
  const { errands, memory, policy, context, purse } = runner;
  if (!(await purse.reserve(errand, quote))) {
    note(runner, errand, "unkept");
    return memory.rest(errand, context.clock.nowMs() + policy.retryAfterMs);
  }
  try {
    const { txHash } = await ask(runner, (signal) => errands.send(errand, quote, signal));
    memory.noteSent(errand, { txHash, nowMs: context.clock.nowMs() });
    note(runner, errand, "sent", { txHash });
  } catch (error) {
    // A node that fell silent may have taken it. Where the chain says no, it costs nothing.
    if (RelayerError.from(error).name !== "RPC_UNAVAILABLE") await purse.release(errand, quote);
    throw error;
  }
}

/** The first of the nodes in the errand's order does it; the others look each time whether it still is to be done. */
function isMine({ turns, kept }: Runner, errand: Errand): boolean {
  return turns === null || turns.isMyTask(`errand/${kept.chain.eid}/${errandId(errand)}`);
}

/** Says once that a sensor reverts whenever it is tried, and once that it does no more. */
function noteTried({ memory, metrics, context, kept }: Runner, errand: Errand, isReverted: boolean): void {
  const change = memory.noteTried(errand, isReverted);
  if (change === null) return;
  const { name } = kept.chain;
  const line = { chain: name, errand: errandId(errand) };
  if (change === "mended") context.log.info(line, "sensor answers again");
  else {
    const error = new RelayerError("SENSOR_REVERTS", "a sensor reverts whenever it is poked", line);
    context.metrics.failed(name, error.code);
    context.log.error({ ...line, err: describeError(error) }, "sensor cannot be poked");
  }
  metrics.sensorsReverting(name, memory.troubled().length);
}

function isDue(
  { policy, memory, context }: Runner,
  { errand, tried, at }: { errand: Errand; tried: Tried; at: { hub: HubFacts; time: number } },
): boolean {
  if (policy.chores === null || purposeOf(errand) === "message") return true;
  if (isWorthwhile({ errand, ...tried, ...at }, policy.chores)) return true;
  const doneMs = memory.doneMs(errand);
  return isRefreshDue(errand, doneMs === null ? Infinity : context.clock.nowMs() - doneMs, policy.chores);
}

/** It would revert. For an execution that is a failure; for all else somebody was faster, or it is not time yet. */
function noteFutile({ memory, policy, context, kept }: Runner, errand: Errand): void {
  if (errand.kind !== "execute" && errand.kind !== "commit") return;
  memory.rest(errand, context.clock.nowMs() + policy.retryAfterMs);
  const failures = memory.noteFailure(errand);
  if (failures !== policy.delivery.failuresMax) return;
  const { guid, nonce, srcEid } = errand.packet;
  const facts = { guid, nonce: String(nonce), srcEid, failures };
  const error = new RelayerError("PACKET_UNDELIVERED", "a verified packet cannot be executed", facts);
  context.log.error({ chain: kept.chain.name, err: describeError(error) }, "packet given up");
}

async function followPending(runner: Runner): Promise<void> {
  for (const pending of [...runner.memory.pending.values()]) await followOne(runner, pending);
}

async function followOne(runner: Runner, { errand, txHash, sentMs }: PendingErrand): Promise<void> {
  const { errands, memory, policy, context } = runner;
  const receipt = await ask(runner, (signal) => errands.receipt(txHash, signal));
  const nowMs = context.clock.nowMs();
  if (receipt === null) {
    if (nowMs < sentMs + LOST_AFTER_MS) return;
    memory.settle(errand, { isDone: false, nowMs });
    return note(runner, errand, "lost", { txHash });
  }
  const isDone = receipt.status === "success";
  memory.settle(errand, { isDone, nowMs });
  note(runner, errand, isDone ? "done" : "reverted", { txHash });
  // Until what it did is read, it looks as if it were still to do.
  if (purposeOf(errand) === "message" || !isDone) memory.rest(errand, nowMs + policy.retryAfterMs);
  if (!isDone) noteFutile(runner, errand);
}

function note(
  { metrics, context, kept }: Runner,
  errand: Errand,
  outcome: ErrandOutcome,
  facts: Record<string, unknown> = {},
): void {
  const { kind } = errand;
  metrics.errand(kept.chain.name, { kind, outcome });
  const line = { chain: kept.chain.name, errand: errandId(errand), outcome, ...facts };
  if (outcome === "reverted" || outcome === "lost") context.log.warn(line, "errand failed");
  else if (outcome === "sent") context.log.info(line, "errand sent");
  else context.log.debug(line, "errand noted");
}

function ask<T>({ context, kept }: Runner, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, signal } = context;
  const what = `errand on ${kept.chain.name}`;
  return withDeadline({ clock, ms: REQUEST_MS, signal, what, failsAs: "RPC_UNAVAILABLE" }, request);
}

function etherOf(wei: bigint): number {
  return Number(wei) / WEI_PER_ETHER;
}
