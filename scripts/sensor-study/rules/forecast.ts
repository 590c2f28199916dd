import { exp2X64, log2X64, ONE_X64 } from "./powers-of-two.ts";
import { MAX_VARIANCE_X64, MIN_VARIANCE_X64, type Variances } from "./variances.ts";

/** How the volatility sensor forecasts: the contract's `VolatilityModel`, field by field. */
export interface VolatilityModel {
  readonly fastSeconds: bigint;
  readonly middleSeconds: bigint;
  readonly slowSeconds: bigint;
  readonly fastPowerE6: bigint;
  readonly middlePowerE6: bigint;
  readonly slowPowerE6: bigint;
  readonly scaleE6: bigint;
  readonly clipSigmas: bigint;
  readonly gapSeconds: bigint;
  readonly fallSeconds: bigint;
}

/** A price as the sensor takes it: its binary logarithm and when it was published. */
export interface LogPrice {
  readonly logPriceX64: bigint;
  readonly publishTime: bigint;
}

const E12 = 1_000_000_000_000n;
/** 1 day * (ln 2)^2. */
const SQUARE_TO_DAILY_X64 = 0xa22723f16b9dce4c39d2n;
const TWO_E6 = 2_000_000n;

export function varianceX64(volatilityE6: bigint): bigint {
  return ((volatilityE6 * volatilityE6) << 64n) / E12;
}

/** `variances` with `price` taken in, published later than the latest sample. The margin is left as it was. */
export function observePrice(
  variances: Variances,
  price: LogPrice,
  leastX64: bigint,
  model: VolatilityModel,
): Variances {
  const moveX64 = price.logPriceX64 - variances.logPriceX64;
  const elapsed = price.publishTime - variances.publishTime;
  const sample = sampleX64(moveX64, elapsed, expectedX64(variances, leastX64), model);
  const fall = elapsed < model.fallSeconds ? elapsed : model.fallSeconds;
  const move = (average: bigint, halfLife: bigint): bigint =>
    moveAverage({ average, sample, span: sample < average ? fall : elapsed, halfLife });
  return {
    fastX64: move(variances.fastX64, model.fastSeconds),
    middleX64: move(variances.middleX64, model.middleSeconds),
    slowX64: move(variances.slowX64, model.slowSeconds),
    logPriceX64: price.logPriceX64,
    publishTime: price.publishTime,
    marginE6: variances.marginE6,
  };
}

/** What a return is clipped against. */
export function expectedX64({ fastX64, middleX64, slowX64 }: Variances, leastX64: bigint): bigint {
  return [fastX64, middleX64, slowX64].reduce((most, average) => (average > most ? average : most), leastX64);
}

/** Variance of one day that a move within `elapsed` seconds shows, clipped. */
export function sampleX64(moveX64: bigint, elapsed: bigint, expected: bigint, model: VolatilityModel): bigint {
  const sample = ((moveX64 * moveX64 * SQUARE_TO_DAILY_X64) / elapsed) >> 128n;
  const interval = elapsed > model.gapSeconds ? elapsed : model.gapSeconds;
  const clip = (model.clipSigmas * model.clipSigmas * expected * interval) / elapsed;
  const most = clip < MAX_VARIANCE_X64 ? clip : MAX_VARIANCE_X64;
  return sample < most ? sample : most;
}

interface Step {
  readonly average: bigint;
  readonly sample: bigint;
  readonly span: bigint;
  readonly halfLife: bigint;
}

/** `average` after `span` seconds at `sample`. */
export function moveAverage({ average, sample, span, halfLife }: Step): bigint {
  const keep = exp2X64(-((span << 64n) / halfLife));
  return (average * keep + sample * (ONE_X64 - keep)) >> 64n;
}

/** Standard deviation that `model` forecasts for the log return of the next day. */
export function forecastVolatilityX64(variances: Variances, model: VolatilityModel): bigint {
  const sum =
    model.fastPowerE6 * logVarianceX64(variances.fastX64) +
    model.middlePowerE6 * logVarianceX64(variances.middleX64) +
    model.slowPowerE6 * logVarianceX64(variances.slowX64) +
    (model.scaleE6 << 64n);
  return exp2X64(sum / TWO_E6);
}

function logVarianceX64(average: bigint): bigint {
  return log2X64(average < MIN_VARIANCE_X64 ? MIN_VARIANCE_X64 : average);
}
