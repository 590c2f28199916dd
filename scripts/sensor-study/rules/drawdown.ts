import {
  compactPrice,
  expandPrice,
  highestPeak,
  matchPeaks,
  movePeaks,
  peaksTime,
  raisePeaks,
  type Peaks,
} from "./peaks.ts";

/** The contract's `DrawdownParameters`, tiers as lists, the first tier first. */
export interface DrawdownParameters {
  readonly shortTiersBps: readonly bigint[];
  readonly longTiersBps: readonly bigint[];
  readonly shortBucketSeconds: bigint;
  readonly longBucketSeconds: bigint;
  readonly clipBps: bigint;
  readonly gapSeconds: bigint;
  readonly seedMaxAgeSeconds: bigint;
}

export interface DrawdownState {
  readonly short: Peaks;
  readonly long: Peaks;
}

export interface DrawdownPrice {
  readonly priceE18: bigint;
  readonly confidenceE18: bigint;
  readonly publishTime: bigint;
  /** Age of the price when it is seen, in seconds. */
  readonly ageSeconds: bigint;
}

export interface DrawdownPoke {
  readonly state: DrawdownState;
  readonly tier: number;
  readonly shortFallBps: bigint;
  readonly longFallBps: bigint;
}

export const NO_PEAKS: DrawdownState = { short: 0n, long: 0n };

const BPS = 10_000n;

/** One poke of the contract's `DrawdownSensor`. */
export function pokeDrawdown(state: DrawdownState, price: DrawdownPrice, parameters: DrawdownParameters): DrawdownPoke {
  const latest = peaksTime(state.short);
  if (price.publishTime <= latest) return { state, tier: 0, shortFallBps: 0n, longFallBps: 0n };

  const short = movePeaks(state.short, price.publishTime, parameters.shortBucketSeconds);
  const long = movePeaks(state.long, price.publishTime, parameters.longBucketSeconds);
  const moved = { short, long };
  const shortFallBps = fallBps(price, peakOf(short), parameters.shortTiersBps[0] ?? 0n);
  const longFallBps = fallBps(price, peakOf(long), parameters.longTiersBps[0] ?? 0n);
  const tier = Math.max(
    parameters.shortTiersBps.findLastIndex((tierBps) => shortFallBps >= tierBps) + 1,
    parameters.longTiersBps.findLastIndex((tierBps) => longFallBps >= tierBps) + 1,
  );
  const isPastGap = price.publishTime >= latest + parameters.gapSeconds;
  const next = isPastGap ? recordPrice({ state, moved, price, parameters }) : state;
  return { state: next, tier, shortFallBps, longFallBps };
}

interface Recording {
  readonly state: DrawdownState;
  readonly moved: DrawdownState;
  readonly price: DrawdownPrice;
  readonly parameters: DrawdownParameters;
}

function recordPrice({ state, moved, price, parameters }: Recording): DrawdownState {
  const isFresh = price.ageSeconds <= parameters.seedMaxAgeSeconds;
  if (peakOf(moved.short) === 0n && !isFresh) return state;
  const record = (peaks: Peaks): Peaks => {
    const highest = peakOf(peaks);
    const most = (highest * (BPS + parameters.clipBps)) / BPS;
    return raisePeaks(peaks, compactPrice(highest !== 0n && price.priceE18 > most ? most : price.priceE18));
  };
  const long = record(moved.long);
  const isSame = matchPeaks(long, state.long, parameters.longBucketSeconds);
  return { short: record(moved.short), long: isSame ? state.long : long };
}

function peakOf(peaks: Peaks): bigint {
  return expandPrice(highestPeak(peaks));
}

function fallBps({ priceE18, confidenceE18 }: DrawdownPrice, peak: bigint, allowanceBps: bigint): bigint {
  const most = (peak * allowanceBps) / BPS;
  const reached = priceE18 + (confidenceE18 < most ? confidenceE18 : most);
  return reached < peak ? ((peak - reached) * BPS) / peak : 0n;
}
