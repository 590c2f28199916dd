import type { MarketFigures, VenueFigures } from "../../risk/figures.ts";
import {
  type MarketWithDesk,
  type Order,
  type OrderInput,
  PPM,
  UNITS_MAX,
  endOf,
  isWithinTime,
  larger,
  listMarketsWithDesk,
  smaller,
  withinLimits,
} from "../order.ts";
import type { CapPolicy } from "../policy.ts";

/*
 * Cap, version 1: what the mesh may hold of a market is divided over its chains, and a crowded market grows no further.
 * The part of each chain is what it holds and an equal share of what is left; where too much is held already, parts
 * are in proportion, so that together they are never more than the whole. A cap is only ever lowered: what holds on a
 * desk, and governance's own, bound what is asked for, and it ends by itself.
 *
 * The whole is divided only with figures of every chain that the policy names: those that are missing may hold anything.
 */

export function capOrders({ venues, time }: OrderInput, policy: CapPolicy): readonly Order[] {
  const until = endOf(time, policy.holdSeconds);
  return listMarketsWithDesk(venues).flatMap((of) => {
    const { market } = of.figures;
    const wanted = [shareOf(of, venues, policy), crowdedAt(of.figures, policy)].filter((cap) => cap !== null);
    if (wanted.length === 0) return [];
    return orderOf(of, { units: wanted.reduce(smaller), until, time, all: sumOf(venues, market) }, policy);
  });
}

/** The chain's part of the whole; null while the whole is far off, or not known. */
function shareOf({ eid, figures }: MarketWithDesk, venues: readonly VenueFigures[], policy: CapPolicy): bigint | null {
  const { market, openInterest } = figures;
  const whole = policy.global.find((of) => of.market === market);
  if (whole === undefined || !whole.eids.includes(eid)) return null;
  const held = whole.eids.map((of) => openInterestOf(venues, of, market));
  if (held.some((amount) => amount === null)) return null;
  const total = held.reduce<bigint>((sum, amount) => sum + (amount ?? 0n), 0n);
  const limit = BigInt(whole.units);
  if (total * PPM < BigInt(policy.fromPpm) * limit || total === 0n) return null;
  if (total > limit) return (openInterest * limit) / total;
  return openInterest + (limit - total) / BigInt(whole.eids.length);
}

function crowdedAt({ largest, openInterest }: MarketFigures, policy: CapPolicy): bigint | null {
  const isSmall = openInterest === 0n || openInterest < BigInt(policy.leastOpenInterestUnits);
  return isSmall || largest * PPM < BigInt(policy.crowdedPpm) * openInterest ? null : openInterest;
}

function orderOf(
  { eid, figures, report }: MarketWithDesk,
  asked: { readonly units: bigint; readonly until: number; readonly time: number; readonly all: bigint },
  policy: CapPolicy,
): readonly Order[] {
  const { envelope, governedCap } = report;
  const limits = report.limits["open-interest-cap"];
  const holds = asked.time < envelope.until;
  const until = holds ? Math.max(asked.until, envelope.until) : asked.until;
  const inForce = holds ? smaller(envelope.capUnits, governedCap) : governedCap;
  const units = withinLimits(smaller(asked.units, inForce), limits);
  if (units === null || units > inForce || !isWithinTime(until, asked.time, limits)) return [];
  const isNews = units * PPM < inForce * (PPM - BigInt(policy.stepPpm));
  const isRenewal = holds && until > envelope.until && units < governedCap;
  if (!isNews && !isRenewal) return [];
  const globalOpenInterest = smaller(UNITS_MAX, larger(asked.all, holds ? envelope.globalUnits : 0n));
  const told = { kind: "open-interest-cap", market: figures.market, toMarket: 0, turn: 0n } as const;
  return [{ ...told, eid, units, until, globalOpenInterest }];
}

function openInterestOf(venues: readonly VenueFigures[], eid: number, market: number): bigint | null {
  const venue = venues.find((of) => of.eid === eid);
  return venue?.markets.find((of) => of.market === market)?.openInterest ?? null;
}

function sumOf(venues: readonly VenueFigures[], market: number): bigint {
  return venues
    .flatMap(({ markets }) => markets.filter((of) => of.market === market))
    .reduce((sum, { openInterest }) => sum + openInterest, 0n);
}
