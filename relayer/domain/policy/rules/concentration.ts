import type { MarketFigures, VenueFigures } from "../../risk/figures.ts";
import { joinRungs } from "../../incident/rungs.ts";
import { type Claim, CALM, rungsOfSteps, toClaims } from "../claim.ts";
import type { ConcentrationPolicy, Step } from "../policy.ts";

/*
 * Concentration, version 1: a position that is too large a share of its chain's open interest, sides that are not
 * balanced, or too much open interest on all chains together. Shares are judged chain by chain and the worst counts.
 * Amounts are units and prices are for a lot, which a mesh has to list alike everywhere.
 */

const PPM = 1_000_000n;

export function concentrationClaims(venues: readonly VenueFigures[], policy: ConcentrationPolicy): readonly Claim[] {
  const own = venues.flatMap(({ markets, block }) =>
    markets.flatMap((market) => {
      const rungs = joinRungs(
        rungsOfShare(market.largest, market, policy.largest, policy),
        rungsOfShare(market.skew, market, policy.skew, policy),
      );
      return toClaims({ rule: "concentration", market: market.market, rungs, time: block.timestamp, isFinal: true });
    }),
  );
  return [...own, ...sumClaims(venues, policy)];
}

function rungsOfShare(
  amount: bigint,
  { openInterest }: MarketFigures,
  steps: readonly Step[],
  { leastOpenInterestUnits }: ConcentrationPolicy,
) {
  if (openInterest === 0n || openInterest < BigInt(leastOpenInterestUnits)) return CALM;
  return rungsOfSteps(steps, (at) => amount * PPM >= BigInt(at) * openInterest);
}

/** Open interest of all chains. As old as the newest chain that has some. */
function sumClaims(venues: readonly VenueFigures[], policy: ConcentrationPolicy): readonly Claim[] {
  return [...new Set(policy.openInterest.map(({ market }) => market))].flatMap((market) => {
    const having = venues.flatMap(({ markets, block }) => {
      return markets.filter((of) => of.market === market && of.openInterest > 0n).map((of) => ({ of, block }));
    });
    const total = having.reduce((sum, { of }) => sum + of.openInterest, 0n);
    const steps = policy.openInterest.filter((step) => step.market === market);
    const rungs = rungsOfSteps(steps, (at) => having.length > 0 && total >= BigInt(at));
    const time = Math.max(0, ...having.map(({ block }) => block.timestamp));
    return toClaims({ rule: "concentration", market, rungs, time, isFinal: true });
  });
}
