import type { MarketFigures } from "../../risk/figures.ts";
import {
  type Order,
  type OrderInput,
  PPM,
  endOf,
  isWithinTime,
  larger,
  listMarketsWithDesk,
  withinLimits,
} from "../order.ts";
import type { BudgetPolicy } from "../policy.ts";

/*
 * Budget, version 1: where loss stands, or would stand in the worst scenario, that insurance does not pay, deleveraging
 * may take that and a margin, and no more. Without a budget it takes what governance's cap of each haircut allows; so a
 * budget tightens, and one that holds is left alone until it lapses: what was taken under it is not known here.
 */

export function budgetOrders({ venues, time }: OrderInput, policy: BudgetPolicy): readonly Order[] {
  const until = endOf(time, policy.holdSeconds);
  return listMarketsWithDesk(venues).flatMap(({ eid, figures, report }) => {
    const limits = report.limits["deleveraging-budget"];
    const lacking = lackOf(figures);
    if (time < report.budget.until || lacking === 0n || lacking < BigInt(policy.leastUnits)) return [];
    const units = withinLimits((lacking * BigInt(policy.ofLackPpm)) / PPM, limits);
    if (units === null || !isWithinTime(until, time, limits)) return [];
    const told = { kind: "deleveraging-budget", market: figures.market, toMarket: 0, turn: 0n } as const;
    return [{ ...told, eid, units, until, globalOpenInterest: 0n }];
  });
}

/** Loss that nobody was found for, and what the worst scenario would add beyond what may be drawn. */
function lackOf({ shortfall, stressed, insurance }: MarketFigures): bigint {
  const worst = stressed.reduce(larger, 0n);
  return shortfall + larger(worst - insurance, 0n);
}
