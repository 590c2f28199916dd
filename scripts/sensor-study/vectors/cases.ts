import {
  MAJORS,
  MAJORS_DRAWDOWN,
  PEGGED_BAND,
  POOLED_MODEL,
  STABLES_DRAWDOWN,
  STANDARD_BAND,
} from "../rules/presets.ts";
import type { DrawdownParameters } from "../rules/drawdown.ts";
import type { VolatilityModel } from "../rules/forecast.ts";
import type { VolatilityParameters } from "../rules/model-margin.ts";
import type { BandParameters } from "../rules/price-band.ts";

/** One price as a sensor sees it. */
export interface Seen {
  readonly priceE18: bigint;
  readonly confidenceE18: bigint;
  readonly publishTime: bigint;
  readonly ageSeconds: bigint;
}

interface Case {
  readonly why: string;
  readonly seen: readonly Seen[];
}

export interface VolatilityCase extends Case {
  readonly model: VolatilityModel;
  readonly parameters: VolatilityParameters;
}

export interface DrawdownCase extends Case {
  readonly parameters: DrawdownParameters;
}

export interface BandCase extends Case {
  readonly parameters: BandParameters;
}

const START = 1_650_000_000n;
const E18 = 10n ** 18n;
const HOUR = 3_600;
const DAY = 86_400;
const YEAR = 365 * DAY;
const LARGEST_PRICE = (1n << 112n) - 1n;

/** `prices` in dollars, `gaps` seconds apart: the first price at the start, one gap before each other. */
function steps(prices: readonly number[], gaps: readonly number[] | number): Seen[] {
  let publishTime = START;
  return prices.map((price, at) => {
    if (at > 0) publishTime += BigInt(typeof gaps === "number" ? gaps : (gaps[at - 1] ?? 0));
    return { priceE18: dollars(price), confidenceE18: 0n, publishTime, ageSeconds: 0n };
  });
}

function dollars(price: number): bigint {
  return BigInt(Math.round(price * 1e8)) * 10n ** 10n;
}

/** A walk in steps of up to `largest`, up or down, from a fixed seed: the same numbers on every machine. */
function walk(count: number, largest: number, start = 20_000): number[] {
  const random = linearCongruential(42);
  const prices = [start];
  while (prices.length < count) prices.push((prices.at(-1) ?? start) * (1 + (2 * random() - 1) * largest));
  return prices;
}

/** Numerical Recipes' generator, from 0 to 1. */
function linearCongruential(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function flat(price: number, count: number): number[] {
  return new Array<number>(count).fill(price);
}

export function volatilityCases(recorded: readonly Seen[]): VolatilityCase[] {
  const preset = { model: POOLED_MODEL, parameters: MAJORS };
  const random = linearCongruential(7);
  const irregular = Array.from({ length: 79 }, () => 60 + Math.floor(random() * 12_000));
  return [
    { why: "hourly samples of a quiet walk", ...preset, seen: steps(walk(40, 0.004), HOUR) },
    { why: "irregular gaps, some of them too short for a sample", ...preset, seen: steps(walk(80, 0.02), irregular) },
    {
      why: "a price that does not move: averages fall, and stop at the floor of the margin",
      ...preset,
      seen: steps(flat(100, 30), DAY),
    },
    {
      why: "one wrong price, tenfold, for one sample: clipped on the way up and on the way back",
      ...preset,
      seen: steps([...flat(100, 4), 1_000, ...flat(100, 6)], HOUR),
    },
    {
      why: "a fall of 5 % an hour for half a day: every rung in turn",
      ...preset,
      seen: steps(
        Array.from({ length: 13 }, (_, at) => 100 * 0.95 ** at),
        HOUR,
      ),
    },
    {
      why: "a year without a poke, then the same price: an average falls by one day's worth",
      ...preset,
      seen: steps([100, 101, 101, 101], [HOUR, YEAR, HOUR]),
    },
    {
      why: "two months without a poke, then a quarter of the price: averages rise in full",
      ...preset,
      seen: steps([100, 101, 25, 25], [HOUR, 60 * DAY, HOUR]),
    },
    { why: "the smallest price and the largest", ...preset, seen: extremes() },
    { why: "publish times that stand still or go back change nothing", ...preset, seen: backwards() },
    {
      why: "a look within the gap is judged and not remembered",
      ...preset,
      seen: steps([100, 100, 94, 100, 100], [HOUR, 60, 60, HOUR]),
    },
    {
      why: "no buffer, no stress, other half-lives and powers, no clip to speak of",
      model: {
        ...POOLED_MODEL,
        fastSeconds: 3_600n,
        middleSeconds: 7_201n,
        slowSeconds: 31_536_000n,
        fastPowerE6: 1_000_000n,
        middlePowerE6: 0n,
        slowPowerE6: 200_000n,
        scaleE6: 16_000_000n,
        clipSigmas: 20n,
        gapSeconds: 60n,
        fallSeconds: 60n,
      },
      parameters: {
        ...MAJORS,
        bufferBps: 0n,
        stressWeightBps: 0n,
        longRunVolatilityE6: 10n,
        stressedVolatilityE6: 10n,
        multiplierMilli: 15_000n,
        periodSeconds: 864_000n,
        baseBps: 10_000n,
      },
      seen: steps(walk(40, 0.3), irregular),
    },
    { why: "BTC on BitMEX, 1 to 13 May 2022, hourly closes", ...preset, seen: recorded },
  ];
}

export function drawdownCases(): DrawdownCase[] {
  const parameters = MAJORS_DRAWDOWN;
  const random = linearCongruential(11);
  const irregular = Array.from({ length: 119 }, () => 20 + Math.floor(random() * 20_000));
  return [
    {
      why: "a fall in steps of 1 % an hour: each tier in turn, by either window",
      parameters,
      seen: steps(
        Array.from({ length: 100 }, (_, at) => 100 * 0.99 ** at),
        HOUR,
      ),
    },
    { why: "a walk at irregular gaps, some within the gap", parameters, seen: steps(walk(120, 0.06), irregular) },
    {
      why: "one wrong price, tenfold: the peak rises by the clip alone",
      parameters,
      seen: steps([...flat(100, 3), 1_000, ...flat(100, 3)], HOUR),
    },
    {
      why: "a price within the gap is judged and does not raise the peak",
      parameters,
      seen: steps([100, 104, 89, 100, 100], [30, 15, 60, 60]),
    },
    {
      why: "a peak leaves the day after seven buckets and the week after seven of its own",
      parameters,
      seen: steps([100, ...flat(88, 60)], HOUR * 4),
    },
    {
      why: "idle for a day, for a week, for a year",
      parameters,
      seen: steps([100, 70, 70, 60, 50], [2 * DAY, 6 * DAY, 9 * DAY, YEAR]),
    },
    {
      why: "a stale price begins no window, a fresh one does",
      parameters,
      seen: ages([100, 100, 90, 80], [61n, 60n, 300n, 300n]),
    },
    {
      why: "a stale price neither begins the day anew nor hides the week",
      parameters,
      seen: [...steps([100], 1), ...ages([80, 80, 80], [61n, 61n, 0n], START + 3n * BigInt(DAY))],
    },
    { why: "confidence counts for the price, up to the first tier", parameters, seen: confident() },
    {
      why: "prices of a peg",
      parameters: STABLES_DRAWDOWN,
      seen: steps([1, 1.001, 0.9995, 0.985, 0.96, 0.9, 0.97, 0.999], HOUR),
    },
    { why: "the smallest price and the largest", parameters, seen: extremes() },
    { why: "publish times that stand still or go back change nothing", parameters, seen: backwards() },
  ];
}

export function bandCases(recorded: readonly Seen[]): BandCase[] {
  const parameters = STANDARD_BAND;
  const random = linearCongruential(13);
  const irregular = Array.from({ length: 149 }, () => 1 + Math.floor(random() * 900));
  const minutes = (count: number, step: number): number[] => Array.from({ length: count }, (_, at) => 100 * step ** at);
  return [
    { why: "a walk at irregular gaps, some within the gap", parameters, seen: steps(walk(150, 0.05), irregular) },
    { why: "a fall of 2 % a minute: each tier in turn", parameters, seen: steps(minutes(40, 0.98), 60) },
    { why: "a rise of 2 % a minute: each tier in turn", parameters, seen: steps(minutes(40, 1.02), 60) },
    {
      why: "a walk too slow for the reference, caught by the anchor",
      parameters,
      seen: steps(minutes(120, 0.995), 120),
    },
    {
      why: "breaches that come back at once, within twice their time, and too late to escalate",
      parameters,
      seen: steps([100, 94, 100, 100, 106, 100, 93, 100, 94], [60, 60, 900, 60, 60, 1_500, 60, 8_000]),
    },
    { why: "confidence counts for the price, up to the first tier", parameters, seen: confident() },
    {
      why: "a stale price does not seed, a fresh one does; later ones may be old",
      parameters,
      seen: ages([100, 100, 94, 88], [31n, 30n, 600n, 0n]),
    },
    {
      why: "a price within the gap is judged and does not move the reference",
      parameters,
      seen: steps([100, 94, 94, 94, 100], [60, 2, 2, 2]),
    },
    { why: "prices of a peg", parameters: PEGGED_BAND, seen: steps([1, 1.001, 0.996, 0.988, 0.96, 0.97, 0.999], 600) },
    { why: "the smallest price and the largest", parameters, seen: extremes() },
    { why: "publish times that stand still or go back change nothing", parameters, seen: backwards() },
    { why: "BTC on BitMEX, 12 March 2020, every five minutes", parameters, seen: recorded },
  ];
}

function extremes(): Seen[] {
  const prices = [1n, LARGEST_PRICE, 1n, LARGEST_PRICE, LARGEST_PRICE, 2n];
  return prices.map((priceE18, at) => ({
    priceE18,
    confidenceE18: 0n,
    publishTime: START + BigInt(at * HOUR),
    ageSeconds: 0n,
  }));
}

function backwards(): Seen[] {
  return [0, 3_600, 3_600, 0, 7_200].map((offset, at) => ({
    priceE18: BigInt(100 - 10 * at) * E18,
    confidenceE18: 0n,
    publishTime: START + BigInt(offset),
    ageSeconds: 0n,
  }));
}

/** `prices` an hour apart, each seen at its own age. */
function ages(prices: readonly number[], seconds: readonly bigint[], from = START): Seen[] {
  return prices.map((price, at) => ({
    priceE18: dollars(price),
    confidenceE18: 0n,
    publishTime: from + BigInt(at * HOUR),
    ageSeconds: seconds[at] ?? 0n,
  }));
}

function confident(): Seen[] {
  const confidences = [0n, 0n, 1n, 2n, 50n, 50n];
  const prices = [100n, 89n, 89n, 89n, 89n, 70n];
  return prices.map((price, at) => ({
    priceE18: price * E18,
    confidenceE18: (confidences[at] ?? 0n) * E18,
    publishTime: START + BigInt(at * HOUR),
    ageSeconds: 0n,
  }));
}
