import { readSeries, type SeriesSource, type Tick } from "../data/read-series.ts";
import { LUNA_ITSELF, ALTS as ALT_MARKETS } from "../data/windows.ts";
import { ALTS, MAJORS } from "../rules/presets.ts";
import { formatShare, renderTable } from "./table.ts";

interface Asset {
  readonly name: string;
  readonly source: SeriesSource;
}

const HOURLY: readonly Asset[] = [
  { name: "BTC", source: { file: "ohlcv_1h_up/binance_spot_BTCUSDT_1h_20170817_20221011.csv.gz", barSeconds: 3_600 } },
  { name: "ETH", source: { file: "ohlcv_1h_up/binance_spot_ETHUSDT_1h_20170817_20221011.csv.gz", barSeconds: 3_600 } },
];

const DAY_SECONDS = 86_400;
const STRESS_DAYS = [10, 30] as const;
const E6 = 1e6;
/** A day with fewer hourly returns is left out. */
const LEAST_RETURNS = 22;

/** What the long-run and the stressed volatility of the presets rest on. */
export function studyLevels(folder: string): string {
  const alts = [LUNA_ITSELF, ...ALT_MARKETS].flatMap(({ series }) =>
    series.sources.map((source) => ({ name: series.name, source })),
  );
  const rows = [...HOURLY, ...alts].map(({ name, source }) => levelRow(name, readSeries(folder, source)));
  const presets = [
    ["preset of BTC and ETH", "", formatE6(MAJORS.longRunVolatilityE6), "", formatE6(MAJORS.stressedVolatilityE6)],
    ["preset of others", "", formatE6(ALTS.longRunVolatilityE6), "", formatE6(ALTS.stressedVolatilityE6)],
  ];
  return [
    "Volatility of one day from hourly returns: over everything recorded, and in its most volatile days",
    renderTable(["", "days", "long run", "worst 10 days", "worst 30 days / stressed"], [...rows, ...presets]),
  ].join("\n");
}

function levelRow(name: string, ticks: readonly Tick[]): string[] {
  const variances = dailyVariances(ticks);
  const worst = STRESS_DAYS.map((days) => formatShare(Math.sqrt(highestMean(variances, days))));
  return [name, String(variances.length), formatShare(Math.sqrt(mean(variances))), ...worst];
}

function dailyVariances(ticks: readonly Tick[]): number[] {
  const days = new Map<number, { sum: number; count: number }>();
  ticks.forEach(({ time, price }, at) => {
    const before = ticks[at - 1];
    if (before === undefined || time - before.time > DAY_SECONDS) return;
    const day = Math.ceil(time / DAY_SECONDS);
    const entry = days.get(day) ?? { sum: 0, count: 0 };
    entry.sum += Math.log(price / before.price) ** 2;
    entry.count += 1;
    days.set(day, entry);
  });
  return [...days.values()].filter(({ count }) => count >= LEAST_RETURNS).map(({ sum }) => sum);
}

/** The highest mean of as many successive `values` as `length`. */
function highestMean(values: readonly number[], length: number): number {
  let [sum, highest] = [0, 0];
  values.forEach((value, at) => {
    sum += value - (values[at - length] ?? 0);
    if (at >= length - 1) highest = Math.max(highest, sum / length);
  });
  return highest;
}

function formatE6(value: bigint): string {
  return formatShare(Number(value) / E6);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
