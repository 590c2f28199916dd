import { readSeries, type SeriesSource, type Tick } from "../data/read-series.ts";
import { forecastVolatilityX64, type VolatilityModel } from "../rules/forecast.ts";
import { MAJORS, POOLED_MODEL } from "../rules/presets.ts";
import { sampleAverages } from "./averages.ts";
import { listDays, type Day } from "./daily.ts";
import { fitLeastSquares } from "./least-squares.ts";
import { renderTable } from "./table.ts";

interface Asset {
  readonly name: string;
  readonly source: SeriesSource;
}

/** Coefficients are fitted on days before this, and judged on days after it. */
const SPLIT = Date.UTC(2021, 0, 1) / 1_000;
const WARM_UP_DAYS = 60;
const TWO_POW_64 = 2 ** 64;
const E6 = 1e6;
const DM_LAGS = 5;

const FITTED: readonly Asset[] = [
  {
    name: "BTC 15m",
    source: { file: "ohlcv_15m_30m/binance_spot_BTCUSDT_15m_20180101_20221231.csv.gz", barSeconds: 900 },
  },
  {
    name: "ETH 30m",
    source: { file: "ohlcv_15m_30m/binance_spot_ETHUSDT_30m_20180101_20211122.csv.gz", barSeconds: 1_800 },
  },
];

const POKE_HOURS = [1, 2, 4, 6] as const;
const CLIPS = [4n, 6n, 8n, 20n] as const;

/** Fit, QLIKE against RiskMetrics, and how both stand up to rarer pokes and other clips. */
export function studyForecast(folder: string): string {
  const assets = FITTED.map(({ name, source }) => ({ name, ticks: readSeries(folder, source) }));
  return [
    "Log-HAR on three averages, pooled fit on days before 2021 (powers; scale is log2, with the correction for the mean)",
    renderFit(fitModel(assets.map(({ ticks }) => daysOf(ticks, POOLED_MODEL)))),
    "",
    "Mean QLIKE of the preset model on days from 2021 on, out of sample, by how often somebody pokes",
    renderPokes(assets),
    "",
    "The same by clip, poked every hour",
    renderClips(assets),
  ].join("\n");
}

function daysOf(ticks: readonly Tick[], model: VolatilityModel, warmUpDays = WARM_UP_DAYS): readonly Day[] {
  const samples = sampleAverages(ticks, model, MAJORS.longRunVolatilityE6);
  return listDays(ticks, samples, { warmUpDays, maxAgeSeconds: 2 * Number(model.gapSeconds) });
}

interface Fit {
  readonly powers: readonly number[];
  readonly scale: number;
  readonly days: number;
}

function fitModel(histories: readonly (readonly Day[])[]): Fit {
  const days = histories.flat().filter(({ midnight }) => midnight < SPLIT);
  const inputs = days.map(({ sampled }) => [1, ...logsOf(sampled.variances)]);
  const targets = days.map(({ realised }) => Math.log2(realised));
  const coefficients = fitLeastSquares(inputs, targets);
  const errors = inputs.map((row, at) => (targets[at] ?? 0) - dot(coefficients, row));
  // Duan's smearing: the mean of what the logarithm's errors come to.
  const smear = Math.log2(mean(errors.map((error) => 2 ** error)));
  const [intercept = 0, ...powers] = coefficients;
  return { powers, scale: intercept + smear, days: days.length };
}

function renderFit({ powers, scale, days }: Fit): string {
  const { fastPowerE6, middlePowerE6, slowPowerE6, scaleE6 } = POOLED_MODEL;
  const preset = [fastPowerE6, middlePowerE6, slowPowerE6, scaleE6].map((value) => (Number(value) / E6).toFixed(3));
  const fitted = [...powers, scale].map((value) => value.toFixed(3));
  return renderTable(
    ["", "fast 8 h", "middle 2 d", "slow 14 d", "scale", "days"],
    [
      ["fitted", ...fitted, String(days)],
      ["preset", ...preset, ""],
    ],
  );
}

function renderPokes(assets: readonly { name: string; ticks: readonly Tick[] }[]): string {
  const rows = assets.flatMap(({ name, ticks }) =>
    POKE_HOURS.map((hours) => {
      const model = { ...POOLED_MODEL, gapSeconds: BigInt(hours) * 3_600n };
      return [name, `${String(hours)} h`, ...scoreColumns(daysOf(ticks, model), model)];
    }),
  );
  return renderTable(["", "poked every", ...SCORE_HEADER], rows);
}

function renderClips(assets: readonly { name: string; ticks: readonly Tick[] }[]): string {
  const rows = assets.flatMap(({ name, ticks }) =>
    CLIPS.map((clipSigmas) => {
      const model = { ...POOLED_MODEL, clipSigmas };
      return [name, `${String(clipSigmas)} sigma`, ...scoreColumns(daysOf(ticks, model), model)];
    }),
  );
  return renderTable(["", "clip", ...SCORE_HEADER], rows);
}

const SCORE_HEADER = ["days", "QLIKE", "EWMA 0.94", "ratio", "DM t", "max of both"];

function scoreColumns(all: readonly Day[], model: VolatilityModel): string[] {
  const days = all.filter(({ midnight }) => midnight >= SPLIT);
  const forecasts = days.map(
    ({ sampled }) => (Number(forecastVolatilityX64(sampled.variances, model)) / TWO_POW_64) ** 2,
  );
  const own = days.map(({ realised }, at) => qlike(realised, forecasts[at] ?? 0));
  const rival = days.map(({ realised, ewma }) => qlike(realised, ewma));
  const higher = days.map(({ realised, ewma }, at) => qlike(realised, Math.max(forecasts[at] ?? 0, ewma)));
  const differences = own.map((loss, at) => loss - (rival[at] ?? 0));
  return [
    String(days.length),
    mean(own).toFixed(4),
    mean(rival).toFixed(4),
    (mean(own) / mean(rival)).toFixed(3),
    dieboldMariano(differences).toFixed(1),
    (mean(higher) / mean(rival)).toFixed(3),
  ];
}

/** Patton's (2011) loss, robust to noise in the proxy; 0 for a perfect forecast. */
function qlike(realised: number, forecast: number): number {
  return realised / forecast - Math.log(realised / forecast) - 1;
}

/** t statistic of the mean of `differences`, Newey-West with {@link DM_LAGS} lags: below -2 is significantly better. */
function dieboldMariano(differences: readonly number[]): number {
  const centre = mean(differences);
  const errors = differences.map((difference) => difference - centre);
  const covariance = (lag: number): number => mean(errors.map((error, at) => error * (errors[at + lag] ?? 0)));
  let variance = covariance(0);
  for (let lag = 1; lag <= DM_LAGS; lag++) variance += 2 * (1 - lag / (DM_LAGS + 1)) * covariance(lag);
  return centre / Math.sqrt(variance / differences.length);
}

function logsOf({ fastX64, middleX64, slowX64 }: Day["sampled"]["variances"]): number[] {
  return [fastX64, middleX64, slowX64].map((variance) => Math.log2(Number(variance) / TWO_POW_64));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
