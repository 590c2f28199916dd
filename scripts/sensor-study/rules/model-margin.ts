import { squareRoot } from "./powers-of-two.ts";
import { MAX_MARGIN_E6 } from "./variances.ts";

/** How one market's forecast becomes a margin and a rung: the contract's `VolatilityParameters`, field by field. */
export interface VolatilityParameters {
  readonly multiplierMilli: bigint;
  readonly periodSeconds: bigint;
  readonly baseBps: bigint;
  readonly m1Bps: bigint;
  readonly m2Bps: bigint;
  readonly m3Bps: bigint;
  readonly m4Bps: bigint;
  readonly longRunVolatilityE6: bigint;
  readonly stressedVolatilityE6: bigint;
  readonly stressWeightBps: bigint;
  readonly bufferBps: bigint;
  readonly seedMaxAgeSeconds: bigint;
}

/** Parameters worked out as far as they go without a forecast, as `contracts/sensors/volatility/ModelMargin.sol` keeps them. */
export interface MarginRule {
  readonly factorX32: bigint;
  readonly stressX32: bigint;
  readonly longRunX32: bigint;
  readonly bufferBps: bigint;
  /** The margin above which each rung holds, M1 first, in millionths. */
  readonly rungsE6: readonly bigint[];
  readonly longRunVolatilityE6: bigint;
}

const BPS = 10_000n;
const E6 = 1_000_000n;
const MILLI_SQUARED_DAYS = 1_000_000n * 86_400n;
const SQUARED_BPS_IN_E6 = 100n;
const ROUND_UP_X64 = (1n << 64n) - 1n;

export function marginRule(parameters: VolatilityParameters): MarginRule {
  const { multiplierMilli, periodSeconds, baseBps, stressWeightBps } = parameters;
  const factorX64 = squareRoot(((multiplierMilli * multiplierMilli * periodSeconds) << 128n) / MILLI_SQUARED_DAYS);
  const { m1Bps, m2Bps, m3Bps, m4Bps } = parameters;
  return {
    factorX32: ((factorX64 * (BPS - stressWeightBps)) / BPS) >> 32n,
    stressX32: ((factorX64 * parameters.stressedVolatilityE6 * stressWeightBps) / (E6 * BPS)) >> 32n,
    longRunX32: ((factorX64 * parameters.longRunVolatilityE6) / E6) >> 32n,
    bufferBps: parameters.bufferBps,
    rungsE6: [m1Bps, m2Bps, m3Bps, m4Bps].map((multiple) => (baseBps * multiple) / SQUARED_BPS_IN_E6),
    longRunVolatilityE6: parameters.longRunVolatilityE6,
  };
}

/** The margin that `rule` asks for, in millionths of notional, rounded up; no buffer yet. */
export function modelMarginE6(rule: MarginRule, volatilityX64: bigint): bigint {
  const blended = ((volatilityX64 * rule.factorX32) >> 32n) + (rule.stressX32 << 32n);
  const longRun = rule.longRunX32 << 32n;
  return ((blended < longRun ? longRun : blended) * E6 + ROUND_UP_X64) >> 64n;
}

/** The margin to publish after `before` was. */
export function publishedMarginE6(rule: MarginRule, volatilityX64: bigint, before: bigint): bigint {
  const model = modelMarginE6(rule, volatilityX64);
  const top = (model * (BPS + rule.bufferBps)) / BPS;
  const raised = before < model ? model : before;
  const published = raised > top ? top : raised;
  return published > MAX_MARGIN_E6 ? MAX_MARGIN_E6 : published;
}

/** The highest rung whose margin `marginE6` is above, 0 for none. */
export function marginRung(rule: MarginRule, marginE6: bigint): number {
  return rule.rungsE6.findLastIndex((rung) => marginE6 > rung) + 1;
}
