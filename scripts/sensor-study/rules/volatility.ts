import { forecastVolatilityX64, observePrice, varianceX64, type VolatilityModel } from "./forecast.ts";
import {
  marginRule,
  marginRung,
  publishedMarginE6,
  type MarginRule,
  type VolatilityParameters,
} from "./model-margin.ts";
import { log2X64 } from "./powers-of-two.ts";
import { packVariances, unpackVariances } from "./variances.ts";

/** What a poke of the volatility sensor sees. */
export interface SeenPrice {
  readonly priceE18: bigint;
  readonly publishTime: bigint;
}

/** What a poke leaves behind and says. */
export interface VolatilityPoke {
  readonly packed: bigint;
  readonly rung: number;
  readonly volatilityX64: bigint;
  readonly marginE6: bigint;
}

/** One market of the contract's `VolatilitySensor`: pure but for what it is given. */
export interface VolatilityRule {
  readonly poke: (packed: bigint, price: SeenPrice) => VolatilityPoke;
}

/** The rule of a market under `model` and `parameters`. Prices are taken to be fresh. */
export function createVolatilityRule(model: VolatilityModel, parameters: VolatilityParameters): VolatilityRule {
  const rule = marginRule(parameters);
  const leastX64 = varianceX64(parameters.longRunVolatilityE6);
  return {
    poke: (packed, price) => {
      const known = unpackVariances(packed);
      if (price.publishTime <= known.publishTime) return { packed, rung: 0, volatilityX64: 0n, marginE6: 0n };
      if (packed === 0n) return seed(price, leastX64);
      return observe({ packed, price, leastX64, model, rule });
    },
  };
}

function seed({ priceE18, publishTime }: SeenPrice, longRunX64: bigint): VolatilityPoke {
  const averages = { fastX64: longRunX64, middleX64: longRunX64, slowX64: longRunX64 };
  const packed = packVariances({ ...averages, logPriceX64: log2X64(priceE18), publishTime, marginE6: 0n });
  return { packed, rung: 0, volatilityX64: 0n, marginE6: 0n };
}

interface Observation {
  readonly packed: bigint;
  readonly price: SeenPrice;
  readonly leastX64: bigint;
  readonly model: VolatilityModel;
  readonly rule: MarginRule;
}

function observe({ packed, price, leastX64, model, rule }: Observation): VolatilityPoke {
  const known = unpackVariances(packed);
  const isSample = price.publishTime >= known.publishTime + model.gapSeconds;
  const logPrice = { logPriceX64: log2X64(price.priceE18), publishTime: price.publishTime };
  const next = observePrice(known, logPrice, leastX64, model);
  const volatilityX64 = forecastVolatilityX64(next, model);
  const marginE6 = publishedMarginE6(rule, volatilityX64, known.marginE6);
  return {
    packed: isSample ? packVariances({ ...next, marginE6 }) : packed,
    rung: marginRung(rule, marginE6),
    volatilityX64,
    marginE6,
  };
}
