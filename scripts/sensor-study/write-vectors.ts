import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { readAll, type Tick } from "./data/read-series.ts";
import { BTC, midnightOf } from "./data/windows.ts";
import { NO_PEAKS, pokeDrawdown, type DrawdownParameters } from "./rules/drawdown.ts";
import type { VolatilityModel } from "./rules/forecast.ts";
import type { VolatilityParameters } from "./rules/model-margin.ts";
import { NO_BAND, pokeBand, type BandParameters } from "./rules/price-band.ts";
import { exp2X64, log2X64 } from "./rules/powers-of-two.ts";
import { createVolatilityRule } from "./rules/volatility.ts";
import { priceE18 } from "./study/averages.ts";
import { toSeen } from "./study/replay.ts";
import {
  bandCases,
  drawdownCases,
  volatilityCases,
  type BandCase,
  type DrawdownCase,
  type Seen,
  type VolatilityCase,
} from "./vectors/cases.ts";
import { exactExp2X120, exactLog2X120 } from "./vectors/exact-powers.ts";

const USAGE =
  "usage: node scripts/sensor-study/write-vectors.ts --data <folder>\n\nWrites the sensors' files in test/vectors.\n";
const EXIT_USAGE = 2;
const FOLDER = new URL("../../test/vectors/", import.meta.url);
const HOUR_SECONDS = 3_600;

/** Spans of recorded prices that the tests replay: what a rule of 10 % an hour misses, and two quiet weeks. */
const RECORDED = [
  { why: "LUNA", from: "2022-05-04", to: "2022-05-13" },
  { why: "Three Arrows", from: "2022-06-08", to: "2022-06-16" },
  { why: "FTX", from: "2022-11-04", to: "2022-11-11" },
  { why: "calm", from: "2022-10-01", to: "2022-10-15" },
] as const;
const RECORDED_SOURCE =
  "BitMEX XBTUSD, five-minute closes on the hour, sxiaojian88/bitmex-xbtusd-history @ 1f7ba83f0f : data/5m/XBTUSD-<day>-5m.json";

function main(): number {
  const { values } = parseArgs({ options: { data: { type: "string" } } });
  if (values.data === undefined) {
    process.stderr.write(USAGE);
    return EXIT_USAGE;
  }
  const ticks = readAll(values.data, BTC.series.sources);
  write("volatility-powers.json", powerVectors());
  write(
    "volatility.json",
    volatilityCases(hourly(ticks, "2022-05-01", "2022-05-13").map(toSeen)).map(volatilityVector),
  );
  write("drawdown.json", drawdownCases().map(drawdownVector));
  write("price-band.json", bandCases(between(ticks, "2020-03-12", "2020-03-13").map(toSeen)).map(bandVector));
  write(
    "drawdown-recorded.json",
    RECORDED.map(({ why, from, to }) => {
      const span = hourly(ticks, from, to);
      return {
        why,
        source: RECORDED_SOURCE,
        times: span.map(({ time }) => String(time)),
        pricesE18: span.map(({ price }) => String(priceE18(price))),
      };
    }),
  );
  return 0;
}

/** One line a case, so that a change of one is seen as one. */
function write(name: string, cases: readonly unknown[]): void {
  writeFileSync(new URL(name, FOLDER), `[\n${cases.map((entry) => `  ${JSON.stringify(entry)}`).join(",\n")}\n]\n`);
}

function between(ticks: readonly Tick[], from: string, to: string): readonly Tick[] {
  const [first, last] = [midnightOf(from), midnightOf(to)];
  return ticks.filter(({ time }) => time >= first && time < last);
}

function hourly(ticks: readonly Tick[], from: string, to: string): readonly Tick[] {
  return between(ticks, from, to).filter(({ time }) => time % HOUR_SECONDS === 0);
}

function seenColumns(seen: readonly Seen[]): Record<string, string[]> {
  return {
    pricesE18: seen.map((price) => String(price.priceE18)),
    confidencesE18: seen.map((price) => String(price.confidenceE18)),
    times: seen.map((price) => String(price.publishTime)),
    ages: seen.map((price) => String(price.ageSeconds)),
  };
}

function volatilityVector({ why, model, parameters, seen }: VolatilityCase): unknown {
  const rule = createVolatilityRule(model, parameters);
  let packed = 0n;
  const pokes = seen.map((price) => {
    const poke = rule.poke(packed, price);
    packed = poke.packed;
    return poke;
  });
  return {
    why,
    model: modelFields(model),
    parameters: parameterFields(parameters),
    ...seenColumns(seen),
    packed: pokes.map((poke) => String(poke.packed)),
    rungs: pokes.map((poke) => String(poke.rung)),
    volatilitiesX64: pokes.map((poke) => String(poke.volatilityX64)),
    marginsE6: pokes.map((poke) => String(poke.marginE6)),
  };
}

/** In the order of the contract's struct, as are the fields below. */
function modelFields(model: VolatilityModel): string[] {
  const { fastSeconds, middleSeconds, slowSeconds, fastPowerE6, middlePowerE6, slowPowerE6, scaleE6 } = model;
  const { clipSigmas, gapSeconds, fallSeconds } = model;
  const halfLives = [fastSeconds, middleSeconds, slowSeconds];
  return [...halfLives, fastPowerE6, middlePowerE6, slowPowerE6, scaleE6, clipSigmas, gapSeconds, fallSeconds].map(
    String,
  );
}

function parameterFields(parameters: VolatilityParameters): string[] {
  const { multiplierMilli, periodSeconds, baseBps, m1Bps, m2Bps, m3Bps, m4Bps } = parameters;
  const { longRunVolatilityE6, stressedVolatilityE6, stressWeightBps, bufferBps, seedMaxAgeSeconds } = parameters;
  const levels = [longRunVolatilityE6, stressedVolatilityE6, stressWeightBps, bufferBps, seedMaxAgeSeconds];
  return [multiplierMilli, periodSeconds, baseBps, m1Bps, m2Bps, m3Bps, m4Bps, ...levels].map(String);
}

function drawdownVector({ why, parameters, seen }: DrawdownCase): unknown {
  let state = NO_PEAKS;
  const pokes = seen.map((price) => {
    const poke = pokeDrawdown(state, price, parameters);
    state = poke.state;
    return poke;
  });
  return {
    why,
    parameters: drawdownFields(parameters),
    ...seenColumns(seen),
    short: pokes.map((poke) => String(poke.state.short)),
    long: pokes.map((poke) => String(poke.state.long)),
    tiers: pokes.map((poke) => String(poke.tier)),
  };
}

/** Without the rungs, which the rule does not know. */
function drawdownFields(parameters: DrawdownParameters): string[] {
  const { shortTiersBps, longTiersBps, shortBucketSeconds, longBucketSeconds, clipBps, gapSeconds } = parameters;
  const times = [shortBucketSeconds, longBucketSeconds];
  return [...shortTiersBps, ...longTiersBps, ...times, clipBps, gapSeconds, parameters.seedMaxAgeSeconds].map(String);
}

function bandVector({ why, parameters, seen }: BandCase): unknown {
  let state = NO_BAND;
  const pokes = seen.map((price) => {
    const poke = pokeBand(state, price, parameters);
    state = poke.state;
    return poke;
  });
  const column = (of: (poke: (typeof pokes)[number]) => unknown): string[] => pokes.map((poke) => String(of(poke)));
  return {
    why,
    parameters: bandFields(parameters),
    ...seenColumns(seen),
    tiers: column(({ tier }) => tier),
    references: column(({ state: { referenceE18 } }) => referenceE18),
    anchors: column(({ state: { anchorE18 } }) => anchorE18),
    pulses: column(({ state: { pulsedAt } }) => pulsedAt),
    breachEnds: column(({ state: { breachEndsAt } }) => breachEndsAt),
    breachTiers: column(({ state: { breachTier } }) => breachTier),
    escalated: column(({ state: { isEscalated } }) => Number(isEscalated)),
  };
}

function bandFields(parameters: BandParameters): string[] {
  const { tiersBps, tiersSeconds, tauSeconds, clipBps, anchorUpBps, anchorDownBps, anchorSeconds } = parameters;
  const { seedMaxAgeSeconds, minGapSeconds } = parameters;
  const rest = [tauSeconds, clipBps, anchorUpBps, anchorDownBps, anchorSeconds, seedMaxAgeSeconds, minGapSeconds];
  return [...tiersBps, ...tiersSeconds, ...rest].map(String);
}

function powerVectors(): unknown[] {
  const one = 1n << 64n;
  const values = [1n, 2n, 3n, one - 1n, one, one + 1n, 2n * one, 10n * one, 10n ** 18n, 6_931n * 10n ** 18n];
  const roots = [13_043_817_825_332_782_212n, 13_043_817_825_332_782_213n, 26_087_635_650_665_564_424n];
  const wide = [(1n << 112n) - 1n, 1n << 112n, (1n << 200n) + 12_345n, (1n << 255n) + 1n, (1n << 256n) - 1n];
  const exponents = [
    0n,
    1n,
    -1n,
    one,
    -one,
    one >> 1n,
    -(one >> 1n),
    (one >> 1n) - 1n,
    one / 3n,
    -one / 336n,
    -7n * one - 12_345n,
  ];
  const edges = [
    20n * one + 777n,
    32n * one,
    33n * one - 1n,
    63n * one + 1n,
    127n * one,
    128n * one - 1n,
    -63n * one,
    -64n * one,
  ];
  return [
    ...[...values, ...roots, ...wide].map((value) => ({
      op: "log2",
      input: String(value),
      expectedX120: String(exactLog2X120(value)),
      ownX64: String(log2X64(value)),
    })),
    ...[...exponents, ...edges].map((value) => ({
      op: "exp2",
      input: String(value),
      expectedX120: String(exactExp2X120(value)),
      ownX64: String(exp2X64(value)),
    })),
  ];
}

process.exitCode = main();
