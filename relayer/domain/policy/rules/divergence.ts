import type { VenueFigures } from "../../risk/figures.ts";
import { type Claim, rungsOfSteps, toClaims } from "../claim.ts";
import type { DivergencePolicy } from "../policy.ts";

/*
 * Divergence, version 1: the same market priced apart on two chains. Every pair counts by itself, and is as old as the
 * older of its two prices; so another chain adds pairs and takes none away.
 */

const PPM = 1_000_000n;

interface Quote {
  readonly priceX32: bigint;
  readonly time: number;
}

export function divergenceClaims(venues: readonly VenueFigures[], policy: DivergencePolicy): readonly Claim[] {
  const quotes = Map.groupBy(
    venues.flatMap(({ markets, block }) =>
      markets.map(({ market, priceX32 }) => ({ market, priceX32, time: block.timestamp })),
    ),
    ({ market }) => market,
  );
  return [...quotes].flatMap(([market, of]) => {
    const sorted = of.toSorted((a, b) => (a.priceX32 < b.priceX32 ? -1 : 1));
    const [lowest, highest] = [sorted.find(({ priceX32 }) => priceX32 > 0n), sorted.at(-1)];
    if (lowest === undefined || highest === undefined) return [];
    // Where the outermost two agree, all do.
    const isCalm = toClaims(claimOf(market, [lowest, highest], policy)).length === 0;
    return isCalm ? [] : pairsOf(of).flatMap((pair) => toClaims(claimOf(market, pair, policy)));
  });
}

function pairsOf(quotes: readonly Quote[]): readonly (readonly [Quote, Quote])[] {
  return quotes.flatMap((a, index) => quotes.slice(index + 1).map((b) => [a, b] as const));
}

function claimOf(market: number, [a, b]: readonly [Quote, Quote], { steps }: DivergencePolicy): Claim {
  const [low, high] = a.priceX32 < b.priceX32 ? [a.priceX32, b.priceX32] : [b.priceX32, a.priceX32];
  // Without a price there is nothing to compare: the venue's own sensors speak of that.
  const rungs = rungsOfSteps(steps, (at) => low > 0n && (high - low) * PPM >= BigInt(at) * low);
  return { rule: "divergence", market, rungs, time: Math.min(a.time, b.time), isFinal: true };
}
