import { readAll, type Tick } from "../data/read-series.ts";
import { ALTS as ALT_MARKETS, LUNA_ITSELF, MAJOR_MARKETS, midnightOf, type Market } from "../data/windows.ts";
import type { VolatilityParameters } from "../rules/model-margin.ts";
import { ALTS, MAJORS, POOLED_MODEL } from "../rules/presets.ts";
import { daysOf, MARGIN_LEASES, measureForce } from "./in-force.ts";
import { replayForecasts, replayMargins, type Forecasts, type Margins } from "./replay.ts";
import { formatShare, formatTime, renderTable } from "./table.ts";

interface Variant {
  readonly name: string;
  readonly parameters: VolatilityParameters;
}

interface Replayed {
  readonly market: Market;
  readonly ticks: readonly Tick[];
  readonly forecasts: Forecasts;
}

const NORMAL_990 = 2_665n;
const STUDENT4_995 = 4_472n;
const STUDENT3_990 = 4_043n;
const RUNGS = [1, 2, 3, 4] as const;
const MONTH_DAYS = 30;
const CLIPS = [4n, 6n, 8n, 20n] as const;
const COVID_DAYS = { name: "COVID", from: "2020-03-12", to: "2020-03-17" };
const E6 = 1e6;

const VARIANTS: readonly Variant[] = [
  { name: "preset: Student t 4, 99 %, 1 h", parameters: MAJORS },
  { name: "normal, 99 %, 1 h", parameters: { ...MAJORS, multiplierMilli: NORMAL_990 } },
  { name: "Student t 3, 99 %, 1 h", parameters: { ...MAJORS, multiplierMilli: STUDENT3_990 } },
  { name: "Student t 4, 99.5 %, 1 h", parameters: { ...MAJORS, multiplierMilli: STUDENT4_995 } },
  { name: "Student t 4, 99 %, 30 min", parameters: { ...MAJORS, periodSeconds: 1_800n } },
  { name: "Student t 4, 99 %, 2 h", parameters: { ...MAJORS, periodSeconds: 7_200n } },
  {
    name: "preset, rungs at 1 1.25 1.5 2",
    parameters: { ...MAJORS, m1Bps: 10_000n, m2Bps: 12_500n, m3Bps: 15_000n, m4Bps: 20_000n },
  },
  { name: "preset without buffer", parameters: { ...MAJORS, bufferBps: 0n } },
  { name: "preset without stressed weight", parameters: { ...MAJORS, stressWeightBps: 0n } },
  {
    name: "preset without any of the three",
    parameters: { ...MAJORS, bufferBps: 0n, stressWeightBps: 0n, longRunVolatilityE6: 10n },
  },
];

const ALT_VARIANTS: readonly Variant[] = [
  { name: "preset: Student t 4, 99 %, 2 h, base 10 %", parameters: ALTS },
  { name: "that of BTC and ETH, base 10 %", parameters: { ...MAJORS, baseBps: 1_000n } },
];

/** False trips and detections of the volatility sensor, and what the tools against procyclicality cost and bring. */
export function studyVolatility(folder: string): string {
  const majors = MAJOR_MARKETS.map((market) => replayMarket(folder, market, MAJORS));
  const alts = [LUNA_ITSELF, ...ALT_MARKETS].map((market) => replayMarket(folder, market, ALTS));
  return [
    renderDetections("BTC and ETH, five minutes", VARIANTS, majors),
    renderDetections("LUNA and eight others in 2022, hourly", ALT_VARIANTS, alts),
    [
      "The published margin of BTC, 2020 to 2023: how often the next hour's move was larger, and how it moves itself",
      renderTable(
        MARGIN_HEADER,
        VARIANTS.map((variant) => marginRow(variant, majors[0])),
      ),
    ].join("\n"),
    [
      "Clips on BTC in March 2020: when each rung came into force (month-day time, UTC)",
      renderTable(
        ["", ...RUNGS.map((rung) => `M${String(rung)}`)],
        CLIPS.map((clipSigmas) => clipRow(clipSigmas, majors[0]?.ticks ?? [])),
      ),
    ].join("\n"),
  ].join("\n\n");
}

function clipRow(clipSigmas: bigint, ticks: readonly Tick[]): string[] {
  const spring = ticks.filter(({ time }) => time < midnightOf(COVID_DAYS.to));
  const forecasts = replayForecasts(spring, { ...POOLED_MODEL, clipSigmas }, MAJORS.longRunVolatilityE6);
  const asserted = replayMargins(forecasts, MAJORS).rungs;
  const times = RUNGS.map((rung) => measureForce({ ticks: spring, asserted, leases: MARGIN_LEASES }, rung, COVID_DAYS));
  return [`${String(clipSigmas)} sigma`, ...times.map(({ since }) => (since === null ? "-" : formatTime(since)))];
}

function replayMarket(folder: string, market: Market, { longRunVolatilityE6 }: VolatilityParameters): Replayed {
  const ticks = readAll(folder, market.series.sources);
  return { market, ticks, forecasts: replayForecasts(ticks, POOLED_MODEL, longRunVolatilityE6) };
}

function renderDetections(title: string, variants: readonly Variant[], replayed: readonly Replayed[]): string {
  const calmDays = replayed.reduce((days, { market }) => days + daysOf(market.calm), 0);
  const crises = replayed.reduce((count, { market }) => count + market.crises.length, 0);
  return [
    `${title}: trips in ${String(calmDays)} calm days a month, share of them in force, crises of ${String(crises)} seen at each rung`,
    renderTable(
      DETECTION_HEADER,
      variants.map((variant) => detectionRow(variant, replayed)),
    ),
  ].join("\n");
}

const DETECTION_HEADER = ["", "M1 calm", "M2+ calm", "M1 share", ...RUNGS.map((rung) => `M${String(rung)} seen`)];

function detectionRow({ name, parameters }: Variant, replayed: readonly Replayed[]): string[] {
  const totals = { m1: 0, m2: 0, heldDays: 0, days: 0 };
  const seen = RUNGS.map(() => 0);
  for (const { market, ticks, forecasts } of replayed) {
    const assertions = { ticks, asserted: replayMargins(forecasts, parameters).rungs, leases: MARGIN_LEASES };
    for (const window of market.calm) {
      const days = daysOf([window]);
      const first = measureForce(assertions, 1, window);
      totals.m1 += first.trips;
      totals.m2 += measureForce(assertions, 2, window).trips;
      totals.heldDays += first.share * days;
      totals.days += days;
    }
    for (const window of market.crises) {
      RUNGS.forEach((rung, at) => {
        if (measureForce(assertions, rung, window).since !== null) seen[at] = (seen[at] ?? 0) + 1;
      });
    }
  }
  const monthly = (trips: number): string => ((trips * MONTH_DAYS) / totals.days).toFixed(2);
  return [
    name,
    monthly(totals.m1),
    monthly(totals.m2),
    formatShare(totals.heldDays / totals.days, 1),
    ...seen.map(String),
  ];
}

const MARGIN_HEADER = ["", "exceeded", "median", "highest", "highest / lowest", "largest rise in a day"];
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

function marginRow({ name, parameters }: Variant, replayed: Replayed | undefined): string[] {
  if (replayed === undefined) return [name];
  const { ticks, forecasts } = replayed;
  // The averages need a month to forget what they were seeded with.
  const from = ticks.findIndex(({ time }) => time >= (ticks[0]?.time ?? 0) + MONTH_DAYS * DAY_SECONDS);
  const margins = replayMargins(forecasts, parameters).publishedE6.map((margin) => margin / E6);
  const sorted = margins.slice(from).sort((a, b) => a - b);
  const [lowest = 0, middle = 0, highest = 0] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  return [
    name,
    formatShare(exceededShare(ticks, margins, from), 3),
    formatShare(middle),
    formatShare(highest),
    (highest / lowest).toFixed(1),
    `x ${largestRise(ticks, margins, from).toFixed(2)}`,
  ];
}

/** Share of ticks after which the price was further away an hour later, either way, than the margin then published. */
function exceededShare(ticks: readonly Tick[], margins: Margins["publishedE6"], from: number): number {
  let [exceeded, counted, ahead] = [0, 0, from];
  for (let at = from; at < ticks.length; at++) {
    const now = ticks[at];
    if (now === undefined) continue;
    while (ahead < ticks.length && (ticks[ahead]?.time ?? 0) < now.time + HOUR_SECONDS) ahead += 1;
    const then = ticks[ahead];
    if (then === undefined) break;
    counted += 1;
    if (Math.abs(then.price / now.price - 1) > (margins[at] ?? 0)) exceeded += 1;
  }
  return exceeded / counted;
}

/** The largest factor by which the margin rose from one day to the next. */
function largestRise(ticks: readonly Tick[], margins: Margins["publishedE6"], from: number): number {
  let [largest, behind] = [1, from];
  for (let at = from; at < ticks.length; at++) {
    while ((ticks[behind]?.time ?? 0) < (ticks[at]?.time ?? 0) - DAY_SECONDS) behind += 1;
    largest = Math.max(largest, (margins[at] ?? 0) / (margins[behind] ?? 1));
  }
  return largest;
}
