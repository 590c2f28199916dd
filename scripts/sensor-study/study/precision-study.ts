import { readAll, type Tick } from "../data/read-series.ts";
import { BTC, STABLES } from "../data/windows.ts";
import { MAJORS, POOLED_MODEL } from "../rules/presets.ts";
import { forecastVolatilityX64, type VolatilityModel } from "../rules/forecast.ts";
import { MAX_VARIANCE_X64 } from "../rules/variances.ts";
import { priceE18, sampleAverages, type Sampled } from "./averages.ts";
import { renderTable } from "./table.ts";

const TWO_POW_64 = 2 ** 64;
const E6 = 1e6;
const MOST = Number(MAX_VARIANCE_X64) / TWO_POW_64;
const NO_TICK: Tick = { time: 0, price: 1 };
const DAY_SECONDS = 86_400;

interface FloatModel {
  readonly halfLives: readonly number[];
  readonly powers: readonly number[];
  readonly scale: number;
  readonly clipSigmas: number;
  readonly gap: number;
  readonly fall: number;
}

/** How far the contract's integers are from the same rule in doubles, over every sample of real prices. */
export function studyPrecision(folder: string): string {
  const rows = [BTC, ...STABLES].map(({ series }) => {
    const ticks = readAll(folder, series.sources);
    const samples = sampleAverages(ticks, POOLED_MODEL, MAJORS.longRunVolatilityE6);
    return [series.name, String(samples.length), worstError(ticks[0] ?? NO_TICK, samples).toExponential(1)];
  });
  return [
    "Largest relative difference of the forecast volatility between the contract's integers and double precision",
    renderTable(["", "samples", "difference"], rows),
  ].join("\n");
}

function worstError(first: Tick, samples: readonly Sampled[]): number {
  const model = toFloat(POOLED_MODEL);
  const least = (Number(MAJORS.longRunVolatilityE6) / E6) ** 2;
  let averages = [least, least, least];
  let before: Tick = { time: first.time, price: Number(priceE18(first.price)) };
  let worst = 0;
  for (const { time, priceE18: seenE18, variances } of samples) {
    const tick = { time, price: Number(seenE18) };
    averages = moveAverages(averages, before, tick, { model, least });
    before = tick;
    const exact = forecastFloat(averages, model);
    const own = Number(forecastVolatilityX64(variances, POOLED_MODEL)) / TWO_POW_64;
    worst = Math.max(worst, Math.abs(own / exact - 1));
  }
  return worst;
}

function moveAverages(
  averages: readonly number[],
  before: Tick,
  now: Tick,
  { model, least }: { model: FloatModel; least: number },
): number[] {
  const elapsed = now.time - before.time;
  const square = Math.log(now.price / before.price) ** 2;
  const clip = model.clipSigmas ** 2 * Math.max(least, ...averages) * Math.max(elapsed, model.gap);
  const sample = Math.min((square * DAY_SECONDS) / elapsed, clip / elapsed, MOST);
  return averages.map((average, at) => {
    const span = sample < average ? Math.min(elapsed, model.fall) : elapsed;
    const keep = 2 ** (-span / (model.halfLives[at] ?? 1));
    return average * keep + sample * (1 - keep);
  });
}

function forecastFloat(averages: readonly number[], model: FloatModel): number {
  const log = averages.reduce((sum, average, at) => sum + (model.powers[at] ?? 0) * Math.log2(average), model.scale);
  return 2 ** (log / 2);
}

function toFloat(model: VolatilityModel): FloatModel {
  return {
    halfLives: [model.fastSeconds, model.middleSeconds, model.slowSeconds].map(Number),
    powers: [model.fastPowerE6, model.middlePowerE6, model.slowPowerE6].map((power) => Number(power) / E6),
    scale: Number(model.scaleE6) / E6,
    clipSigmas: Number(model.clipSigmas),
    gap: Number(model.gapSeconds),
    fall: Number(model.fallSeconds),
  };
}
