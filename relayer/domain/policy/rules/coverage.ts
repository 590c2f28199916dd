import type { MarketFigures, VenueFigures } from "../../risk/figures.ts";
import { type Claim, rungsOfSteps, toClaims } from "../claim.ts";
import type { CoveragePolicy } from "../policy.ts";

/*
 * Coverage, version 1: the part of stressed loss that insurance would pay, in the worst scenario of the worst chain. Cover
 * does not move between chains, so no chain's surplus counts for another, and a chain more can only lower the part.
 * Market 0 is the chain as a whole, where the shared fund counts once.
 */

const PPM = 1_000_000n;

export function coverageClaims(venues: readonly VenueFigures[], policy: CoveragePolicy): readonly Claim[] {
  return venues.flatMap((venue) => [
    ...toClaims(claimOf(venue, 0, wholeOf(venue, policy), policy)),
    ...venue.markets.flatMap((market) => toClaims(claimOf(venue, market.market, partOf(market, policy), policy))),
  ]);
}

function claimOf(venue: VenueFigures, market: number, ppm: bigint, { steps }: CoveragePolicy): Claim {
  const rungs = rungsOfSteps(steps, (at) => ppm <= BigInt(at));
  return { rule: "coverage", market, rungs, time: venue.block.timestamp, isFinal: true };
}

/** Parts per million of the worst scenario's loss that are covered; more than all where nothing is lost. */
function partOf({ stressed, insurance }: MarketFigures, policy: CoveragePolicy): bigint {
  return least(stressed.map((loss) => coveredPpm(loss, insurance, policy)));
}

function wholeOf({ markets, shared }: VenueFigures, policy: CoveragePolicy): bigint {
  const scenarios = markets[0]?.stressed.length ?? 0;
  const parts = Array.from({ length: scenarios }, (_, index) => {
    const losses = markets.map(({ stressed, fund }) => ({ loss: stressed[index] ?? 0n, fund }));
    const own = losses.reduce((sum, { loss, fund }) => sum + smaller(loss, fund), 0n);
    const loss = losses.reduce((sum, of) => sum + of.loss, 0n);
    return coveredPpm(loss, own + smaller(shared, loss - own), policy);
  });
  return least(parts);
}

const NOTHING_LOST = PPM * PPM;

function coveredPpm(loss: bigint, cover: bigint, { leastLossUnits }: CoveragePolicy): bigint {
  if (loss === 0n || loss < BigInt(leastLossUnits)) return NOTHING_LOST;
  return (cover * PPM) / loss;
}

function least(parts: readonly bigint[]): bigint {
  return parts.reduce(smaller, NOTHING_LOST);
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
