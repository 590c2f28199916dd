import type { VenueFigures } from "../../risk/figures.ts";
import { type Claim, rungsOfSteps, toClaims } from "../claim.ts";
import type { ForecastPolicy } from "../policy.ts";

/*
 * Forecast, version 1: the margin that a chain's volatility sensor publishes for a market, and what the whole mesh asks
 * for from it. The forecast itself is computed on chain (docs/sensors/volatility.md); one that runs ahead on the chain
 * with the livelier feed warns all others. It may raise margin, and a breaker rung only where the policy says so.
 */
export function forecastClaims(venues: readonly VenueFigures[], policy: ForecastPolicy): readonly Claim[] {
  return venues.flatMap(({ markets, block }) =>
    markets.flatMap(({ market, marginE6 }) => {
      const rungs = rungsOfSteps(policy.steps, (at) => marginE6 !== null && marginE6 >= at);
      return toClaims({ rule: "forecast", market, rungs, time: block.timestamp, isFinal: true });
    }),
  );
}
