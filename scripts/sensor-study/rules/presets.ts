import type { DrawdownParameters } from "./drawdown.ts";
import type { VolatilityModel } from "./forecast.ts";
import type { VolatilityParameters } from "./model-margin.ts";
import type { BandParameters } from "./price-band.ts";

/** The contracts' `VolatilityPresets`, `DrawdownPresets` and `BandPresets`; `docs/sensors` says why they are as they are. */

export const POOLED_MODEL: VolatilityModel = {
  fastSeconds: 28_800n,
  middleSeconds: 172_800n,
  slowSeconds: 1_209_600n,
  fastPowerE6: 350_000n,
  middlePowerE6: 326_000n,
  slowPowerE6: 181_000n,
  scaleE6: -983_000n,
  clipSigmas: 6n,
  gapSeconds: 3_600n,
  fallSeconds: 86_400n,
};

/** BTC and ETH at twenty times leverage. */
export const MAJORS: VolatilityParameters = {
  multiplierMilli: 3_692n,
  periodSeconds: 3_600n,
  baseBps: 500n,
  m1Bps: 11_000n,
  m2Bps: 13_750n,
  m3Bps: 16_500n,
  m4Bps: 22_000n,
  longRunVolatilityE6: 50_000n,
  stressedVolatilityE6: 120_000n,
  stressWeightBps: 2_500n,
  bufferBps: 2_500n,
  seedMaxAgeSeconds: 60n,
};

export const MAJORS_DRAWDOWN: DrawdownParameters = {
  shortTiersBps: [1_000n, 2_000n, 4_000n],
  longTiersBps: [1_500n, 3_000n, 6_000n],
  shortBucketSeconds: 14_400n,
  longBucketSeconds: 100_800n,
  clipBps: 500n,
  gapSeconds: 60n,
  seedMaxAgeSeconds: 60n,
};

/** For what moves. */
export const STANDARD_BAND: BandParameters = {
  tiersBps: [500n, 1_000n, 2_500n],
  tiersSeconds: [600n, 3_600n, 14_400n],
  tauSeconds: 600n,
  clipBps: 500n,
  anchorUpBps: 2_000n,
  anchorDownBps: 4_000n,
  anchorSeconds: 14_400n,
  seedMaxAgeSeconds: 30n,
  minGapSeconds: 5n,
};

/** For what is meant to stand still. */
export const PEGGED_BAND: BandParameters = {
  ...STANDARD_BAND,
  tiersBps: [100n, 200n, 500n],
  tauSeconds: 3_600n,
  clipBps: 50n,
  anchorUpBps: 200n,
  anchorDownBps: 400n,
};

/** No fall is that deep: switches a window off. */
export const NEVER = [10_001n, 10_001n, 10_001n] as const;

/** Not a preset: the rule that the sensor is there to replace. */
export const TEN_PERCENT_AN_HOUR: DrawdownParameters = {
  ...MAJORS_DRAWDOWN,
  shortBucketSeconds: 600n,
  longTiersBps: NEVER,
};

/** Liquid others at ten times leverage: twice as long to close, and more volatile at all times. */
export const ALTS: VolatilityParameters = {
  ...MAJORS,
  periodSeconds: 7_200n,
  baseBps: 1_000n,
  longRunVolatilityE6: 75_000n,
  stressedVolatilityE6: 150_000n,
};

export const ALTS_DRAWDOWN: DrawdownParameters = {
  ...MAJORS_DRAWDOWN,
  shortTiersBps: [1_500n, 3_000n, 5_000n],
  longTiersBps: [2_500n, 4_500n, 7_500n],
};

/** What should stay at one dollar. There is no volatility preset for it: a peg breaks in a jump. */
export const STABLES_DRAWDOWN: DrawdownParameters = {
  ...MAJORS_DRAWDOWN,
  shortTiersBps: [150n, 400n, 1_000n],
  longTiersBps: [200n, 500n, 1_500n],
  clipBps: 50n,
};
