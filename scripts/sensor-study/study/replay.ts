import type { Tick } from "../data/read-series.ts";
import { NO_PEAKS, pokeDrawdown, type DrawdownParameters } from "../rules/drawdown.ts";
import { forecastVolatilityX64, observePrice, varianceX64, type VolatilityModel } from "../rules/forecast.ts";
import { marginRule, marginRung, publishedMarginE6, type VolatilityParameters } from "../rules/model-margin.ts";
import { log2X64 } from "../rules/powers-of-two.ts";
import { NO_BAND, pokeBand, type BandParameters } from "../rules/price-band.ts";
import type { Seen } from "../vectors/cases.ts";
import { packVariances, unpackVariances } from "../rules/variances.ts";
import { priceE18 } from "./averages.ts";

/** What the volatility sensor's forecast is at each tick, and whether the tick became a sample. */
export interface Forecasts {
  readonly volatilitiesX64: readonly bigint[];
  readonly isSample: readonly boolean[];
}

/** Rung or tier that a sensor asserts at each tick, 0 for none. */
export type Asserted = readonly number[];

/** The forecast at every tick: keepers simulate a poke at each new price, and send it when it says something. */
export function replayForecasts(ticks: readonly Tick[], model: VolatilityModel, longRunE6: bigint): Forecasts {
  const leastX64 = varianceX64(longRunE6);
  const volatilitiesX64: bigint[] = [];
  const isSample: boolean[] = [];
  let packed = 0n;
  for (const { time, price } of ticks) {
    const logPrice = { logPriceX64: log2X64(priceE18(price)), publishTime: BigInt(time) };
    if (packed === 0n) {
      const averages = { fastX64: leastX64, middleX64: leastX64, slowX64: leastX64 };
      packed = packVariances({ ...averages, ...logPrice, marginE6: 0n });
      volatilitiesX64.push(0n);
      isSample.push(false);
      continue;
    }
    const known = unpackVariances(packed);
    const next = observePrice(known, logPrice, leastX64, model);
    const isKept = logPrice.publishTime >= known.publishTime + model.gapSeconds;
    if (isKept) packed = packVariances(next);
    volatilitiesX64.push(forecastVolatilityX64(next, model));
    isSample.push(isKept);
  }
  return { volatilitiesX64, isSample };
}

export interface Margins {
  readonly publishedE6: readonly number[];
  readonly rungs: Asserted;
}

/** The margin published and the rung asserted at every tick. */
export function replayMargins({ volatilitiesX64, isSample }: Forecasts, parameters: VolatilityParameters): Margins {
  const rule = marginRule(parameters);
  const publishedE6: number[] = [];
  const rungs: number[] = [];
  let before = 0n;
  volatilitiesX64.forEach((volatilityX64, at) => {
    const margin = publishedMarginE6(rule, volatilityX64, before);
    if (isSample[at] === true) before = margin;
    publishedE6.push(Number(margin));
    rungs.push(marginRung(rule, margin));
  });
  return { publishedE6, rungs };
}

export function replayBand(ticks: readonly Tick[], parameters: BandParameters): Asserted {
  let state = NO_BAND;
  return ticks.map((tick) => {
    const poke = pokeBand(state, toSeen(tick), parameters);
    state = poke.state;
    return poke.tier;
  });
}

export function replayDrawdown(ticks: readonly Tick[], parameters: DrawdownParameters): Asserted {
  let state = NO_PEAKS;
  return ticks.map((tick) => {
    const poke = pokeDrawdown(state, toSeen(tick), parameters);
    state = poke.state;
    return poke.tier;
  });
}

/** A recorded price as a sensor sees it when somebody pokes as it is published; what is recorded has no confidence. */
export function toSeen({ time, price }: Tick): Seen {
  return { priceE18: priceE18(price), confidenceE18: 0n, publishTime: BigInt(time), ageSeconds: 0n };
}
