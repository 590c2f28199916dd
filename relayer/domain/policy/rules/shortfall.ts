import type { VenueFigures } from "../../risk/figures.ts";
import { type Claim, rungsOfSteps, toClaims } from "../claim.ts";
import type { ShortfallPolicy } from "../policy.ts";

/*
 * Shortfall, version 1: loss that nobody could be found for, over all chains. Where it stands, solvency is not a forecast
 * any more. As old as the newest chain that has some.
 */
export function shortfallClaims(venues: readonly VenueFigures[], policy: ShortfallPolicy): readonly Claim[] {
  const owing = venues.flatMap(({ markets, block }) =>
    markets
      .filter(({ shortfall }) => shortfall > 0n)
      .map(({ market, shortfall }) => ({ market, shortfall, time: block.timestamp })),
  );
  return [...Map.groupBy(owing, ({ market }) => market)].flatMap(([market, of]) => {
    const total = of.reduce((sum, { shortfall }) => sum + shortfall, 0n);
    const rungs = rungsOfSteps(policy.steps, (at) => total >= BigInt(at));
    const time = Math.max(...of.map((one) => one.time));
    return toClaims({ rule: "shortfall", market, rungs, time, isFinal: true });
  });
}
