import { type PlannedInstruction } from "../desk/instruction.ts";
import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import { SKEW_SECONDS } from "./groups.ts";
import type { Order, OrderInput } from "./order.ts";
import type { ChainCut, PlanInput } from "./plan-input.ts";
import type { Rules } from "./policy.ts";
import { budgetOrders } from "./rules/budget.ts";
import { capOrders } from "./rules/cap.ts";
import { coverOrders } from "./rules/cover.ts";

/** An instruction is good for this long after the newest of its destinations' heads; desks allow 15 minutes. */
const INSTRUCTION_SECONDS = 600;
/** Desks count two keys as the least of a quorum, whatever their hub says. */
const QUORUM_LEAST = 2;
/** Figures of a finalised block that is older than this are not acted on: what they speak of may be long over. */
export const FIGURES_OLDEST_SECONDS = 1_800;

/**
 * What rules ask of desks. Nothing where the operators are no quorum, where the chain is still being read or its
 * finality in doubt, or where figures are missing or old (P10).
 */
export function planInstructions(input: PlanInput, policy: Rules): readonly PlannedInstruction[] {
  const told = input.chains.filter((chain) => isToldHere(chain, input));
  if (told.length === 0) return [];
  const times = new Map(told.map(({ eid, latest }) => [eid, latest.block.timestamp]));
  const orders = listOrders(freshOf(input), policy).filter(({ eid }) => times.has(eid));
  const alike = Map.groupBy(orders, ({ kind, market, toMarket, until, turn, eid }) => {
    // A move is numbered by its own chain's moves, so it goes to that chain alone.
    return [kind, market, toMarket, until, ...(kind === "insurance-move" ? [turn, eid] : [])].join("/");
  });
  return [...alike.values()].flatMap((of) => toInstructions(of, times));
}

/** A chain whose head is far from the newest would not take the deadline that suits the others. */
function isToldHere({ eid, isCaughtUp, isSuspect, latest }: ChainCut, input: PlanInput): boolean {
  const { limits, operators } = latest.state;
  const signatures = input.operators.filter((operator: Hex) => operators.includes(operator)).length;
  const isQuorum = signatures >= Math.max(limits.quorum, QUORUM_LEAST);
  const isLate = newestHead(input) - latest.block.timestamp > SKEW_SECONDS;
  return isCaughtUp && isSuspect !== true && isQuorum && !isLate && input.venues.some((of) => of.eid === eid);
}

function freshOf(input: PlanInput): OrderInput {
  const time = newestHead(input);
  return { time, venues: input.venues.filter(({ block }) => time - block.timestamp <= FIGURES_OLDEST_SECONDS) };
}

function newestHead({ chains }: PlanInput): number {
  return Math.max(0, ...chains.map(({ latest }) => latest.block.timestamp));
}

function listOrders(input: OrderInput, { cap, budget, cover }: Rules): readonly Order[] {
  return [
    ...(cap === undefined ? [] : capOrders(input, cap)),
    ...(budget === undefined ? [] : budgetOrders(input, budget)),
    ...(cover === undefined ? [] : coverOrders(input, cover)),
  ];
}

function toInstructions(orders: readonly Order[], times: ReadonlyMap<Eid, number>): readonly PlannedInstruction[] {
  const [first] = orders;
  if (first === undefined) return [];
  const { kind, market, toMarket, until, turn } = first;
  const allotments = orders.map(({ eid, units }) => ({ eid, units })).sort((a, b) => a.eid - b.eid);
  const globalOpenInterest = orders.reduce(
    (most, of) => (of.globalOpenInterest > most ? of.globalOpenInterest : most),
    0n,
  );
  const deadline = Math.max(...allotments.map(({ eid }) => times.get(eid) ?? 0)) + INSTRUCTION_SECONDS;
  return [{ kind, market, toMarket, until, globalOpenInterest, deadline, turn, allotments }];
}
