import { type Errand, purposeOf } from "./errand.ts";

/** What an errand would cost and bring, as tried against the chain without sending it. */
export interface Quote {
  /** Gas that it needs, with a margin. */
  readonly gas: number;
  /** Wei for one gas, at most, as the next blocks stand. */
  readonly gasPriceWei: bigint;
  /** What the keeper treasury would pay for it at that price. */
  readonly rewardWei: bigint;
}

/** What is there to spend on one chain, and what was spent since midnight UTC. In wei. */
export interface Purse {
  readonly balanceWei: bigint;
  readonly spentWei: bigint;
  readonly spentOnChoresWei: bigint;
  readonly givenWei: bigint;
}

/** What was spent on one chain on a day: days since 1970, UTC. In wei. */
export interface DaySpent extends Omit<Purse, "balanceWei"> {
  readonly day: number;
}

/** Limits of one chain, in wei. */
export interface SpendingPolicy {
  readonly perDayWei: bigint;
  /** Part of `perDayWei` that chores may use up. */
  readonly choresPerDayWei: bigint;
  /** What chores and gifts leave in the wallet for messages. */
  readonly reserveWei: bigint;
  readonly maxGasPriceWei: bigint;
  /** What a chore has to bring beyond its cost; below zero, what it may cost beyond what it brings. */
  readonly minProfitWei: bigint;
  /** What hubs may be given in a day. */
  readonly topUpPerDayWei: bigint;
}

/** `send`, or the limit that says no. */
export type Verdict = "send" | "gas-price" | "balance" | "reserve" | "budget" | "loss";

export function costOf({ gas, gasPriceWei }: Quote): bigint {
  return BigInt(gas) * gasPriceWei;
}

/** Pure: whether an errand is worth its price now. The first limit that it breaks is the verdict. */
export function judgeErrand(errand: Errand, quote: Quote, purse: Purse, policy: SpendingPolicy): Verdict {
  const purpose = purposeOf(errand);
  const cost = costOf(quote);
  const gift = errand.kind === "top-up" ? errand.wei : 0n;
  if (quote.gasPriceWei > policy.maxGasPriceWei) return "gas-price";
  if (purse.balanceWei < cost + gift) return "balance";
  if (purpose !== "message" && purse.balanceWei < cost + gift + policy.reserveWei) return "reserve";
  if (purse.spentWei + cost > policy.perDayWei) return "budget";
  if (purpose === "funds" && purse.givenWei + gift > policy.topUpPerDayWei) return "budget";
  if (purpose !== "chore") return "send";
  if (purse.spentOnChoresWei + cost > policy.choresPerDayWei) return "budget";
  return quote.rewardWei - cost < policy.minProfitWei ? "loss" : "send";
}

/** The purse when what was paid for `errand` was not spent after all: no node took the transaction. */
export function refund(purse: Purse, errand: Errand, quote: Quote): Purse {
  const paid = pay({ balanceWei: 0n, spentWei: 0n, spentOnChoresWei: 0n, givenWei: 0n }, errand, quote);
  return {
    balanceWei: purse.balanceWei - paid.balanceWei,
    spentWei: less(purse.spentWei, paid.spentWei),
    spentOnChoresWei: less(purse.spentOnChoresWei, paid.spentOnChoresWei),
    givenWei: less(purse.givenWei, paid.givenWei),
  };
}

/** What was paid before midnight is not given back after it. */
function less(wei: bigint, paid: bigint): bigint {
  return wei > paid ? wei - paid : 0n;
}

/** The purse after `errand` was sent: what it may cost at most counts as spent. */
export function pay(purse: Purse, errand: Errand, quote: Quote): Purse {
  const cost = costOf(quote);
  const gift = errand.kind === "top-up" ? errand.wei : 0n;
  return {
    balanceWei: purse.balanceWei - cost - gift,
    spentWei: purse.spentWei + cost,
    spentOnChoresWei: purse.spentOnChoresWei + (purposeOf(errand) === "chore" ? cost : 0n),
    givenWei: purse.givenWei + gift,
  };
}
