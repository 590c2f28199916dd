import type { Tick } from "../data/read-series.ts";
import { observePrice, varianceX64, type VolatilityModel } from "../rules/forecast.ts";
import { log2X64 } from "../rules/powers-of-two.ts";
import { packVariances, unpackVariances, type Variances } from "../rules/variances.ts";

/** The three averages as they were remembered after a sample. */
export interface Sampled {
  readonly time: number;
  readonly priceE18: bigint;
  readonly variances: Variances;
}

const E8 = 100_000_000;
const E8_TO_E18 = 10_000_000_000n;

/** `price` as the aggregator would give it: eight decimals of a feed, eighteen of ours. */
export function priceE18(price: number): bigint {
  return BigInt(Math.round(price * E8)) * E8_TO_E18;
}

/** Runs `ticks` through the sensor's own arithmetic, one sample a gap, and keeps what is remembered after each. */
export function sampleAverages(ticks: readonly Tick[], model: VolatilityModel, longRunE6: bigint): Sampled[] {
  const [first, ...rest] = ticks;
  if (first === undefined) return [];
  const leastX64 = varianceX64(longRunE6);
  let packed = packVariances({
    fastX64: leastX64,
    middleX64: leastX64,
    slowX64: leastX64,
    logPriceX64: log2X64(priceE18(first.price)),
    publishTime: BigInt(first.time),
    marginE6: 0n,
  });
  const samples: Sampled[] = [];
  for (const { time, price } of rest) {
    const known = unpackVariances(packed);
    if (BigInt(time) < known.publishTime + model.gapSeconds) continue;
    const seenE18 = priceE18(price);
    const logPrice = { logPriceX64: log2X64(seenE18), publishTime: BigInt(time) };
    packed = packVariances(observePrice(known, logPrice, leastX64, model));
    samples.push({ time, priceE18: seenE18, variances: unpackVariances(packed) });
  }
  return samples;
}
