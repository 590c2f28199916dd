import { readAll, type Tick } from "../data/read-series.ts";
import { ALTS, LUNA_ITSELF, MAJOR_MARKETS, STABLES, type Market } from "../data/windows.ts";
import type { DrawdownParameters } from "../rules/drawdown.ts";
import { ALTS_DRAWDOWN, MAJORS_DRAWDOWN, NEVER, STABLES_DRAWDOWN, TEN_PERCENT_AN_HOUR } from "../rules/presets.ts";
import { BREAKER_LEASES, daysOf, measureForce } from "./in-force.ts";
import { replayDrawdown } from "./replay.ts";
import { formatShare, formatSpan, renderTable } from "./table.ts";

interface Variant {
  readonly name: string;
  readonly parameters: DrawdownParameters;
}

interface Recorded {
  readonly market: Market;
  readonly ticks: readonly Tick[];
}

const TIERS = [1, 2, 3] as const;
const MONTH_DAYS = 30;

const MAJOR_VARIANTS: readonly Variant[] = [
  { name: "preset: day 10/20/40, week 15/30/60", parameters: MAJORS_DRAWDOWN },
  { name: "day alone", parameters: { ...MAJORS_DRAWDOWN, longTiersBps: NEVER } },
  { name: "week alone", parameters: { ...MAJORS_DRAWDOWN, shortTiersBps: NEVER } },
  {
    name: "tighter: day 8/16/32, week 12/24/48",
    parameters: { ...MAJORS_DRAWDOWN, shortTiersBps: [800n, 1_600n, 3_200n], longTiersBps: [1_200n, 2_400n, 4_800n] },
  },
  {
    name: "looser: day 15/30/60, week 20/40/80",
    parameters: { ...MAJORS_DRAWDOWN, shortTiersBps: [1_500n, 3_000n, 6_000n], longTiersBps: [2_000n, 4_000n, 8_000n] },
  },
  { name: "10 % within an hour", parameters: TEN_PERCENT_AN_HOUR },
];

const ALT_VARIANTS: readonly Variant[] = [
  { name: "preset: day 15/30/50, week 25/45/75", parameters: ALTS_DRAWDOWN },
  { name: "that of BTC and ETH", parameters: MAJORS_DRAWDOWN },
];

const STABLE_VARIANTS: readonly Variant[] = [
  { name: "preset: day 1.5/4/10, week 2/5/15", parameters: STABLES_DRAWDOWN },
  {
    name: "tighter: day 1/3/10, week 1.5/4.5/15",
    parameters: { ...STABLES_DRAWDOWN, shortTiersBps: [100n, 300n, 1_000n], longTiersBps: [150n, 450n, 1_500n] },
  },
  {
    name: "looser: day 2/5/10, week 3/7.5/15",
    parameters: { ...STABLES_DRAWDOWN, shortTiersBps: [200n, 500n, 1_000n], longTiersBps: [300n, 750n, 1_500n] },
  },
];

/** False trips and detections of the drawdown sensor, and of the rule that it is there to replace. */
export function studyDrawdown(folder: string): string {
  const record = (market: Market): Recorded => ({ market, ticks: readAll(folder, market.series.sources) });
  return [
    renderGroup("BTC and ETH, five minutes", MAJOR_VARIANTS, MAJOR_MARKETS.map(record)),
    renderGroup("LUNA and eight others in 2022, hourly", ALT_VARIANTS, [LUNA_ITSELF, ...ALTS].map(record)),
    renderGroup("UST, and three that held, in 2022, hourly", STABLE_VARIANTS, STABLES.map(record)),
  ].join("\n\n");
}

function renderGroup(title: string, variants: readonly Variant[], recorded: readonly Recorded[]): string {
  const calmDays = recorded.reduce((days, { market }) => days + daysOf(market.calm), 0);
  const crises = recorded.reduce((count, { market }) => count + market.crises.length, 0);
  const header = [
    "",
    "tier 1 calm",
    "tier 2+ calm",
    "calm share",
    ...TIERS.map((tier) => `tier ${String(tier)} seen`),
    "trips a year",
    "longest 2",
  ];
  return [
    `${title}: trips in ${String(calmDays)} calm days a month, share of them in force, crises of ${String(crises)} seen at each tier; longest time at tier 2`,
    renderTable(
      header,
      variants.map((variant) => variantRow(variant, recorded)),
    ),
  ].join("\n");
}

function variantRow({ name, parameters }: Variant, recorded: readonly Recorded[]): string[] {
  const totals = { first: 0, second: 0, heldDays: 0, days: 0, trips: 0, years: 0, longest: 0 };
  const seen = TIERS.map(() => 0);
  for (const { market, ticks } of recorded) {
    const assertions = { ticks, asserted: replayDrawdown(ticks, parameters), leases: BREAKER_LEASES };
    for (const window of market.calm) {
      const days = daysOf([window]);
      const first = measureForce(assertions, 1, window);
      totals.first += first.trips;
      totals.second += measureForce(assertions, 2, window).trips;
      totals.heldDays += first.share * days;
      totals.days += days;
    }
    for (const window of market.crises) {
      TIERS.forEach((tier, at) => {
        if (measureForce(assertions, tier, window).since !== null) seen[at] = (seen[at] ?? 0) + 1;
      });
    }
    totals.trips += measureForce(assertions, 1, WHOLE).trips;
    totals.longest = Math.max(totals.longest, measureForce(assertions, 2, WHOLE).longest);
    totals.years += ((ticks.at(-1)?.time ?? 0) - (ticks[0]?.time ?? 0)) / YEAR_SECONDS;
  }
  const monthly = (trips: number): string => (totals.days === 0 ? "" : ((trips * MONTH_DAYS) / totals.days).toFixed(2));
  const share = totals.days === 0 ? "" : formatShare(totals.heldDays / totals.days, 1);
  const yearly = (totals.trips / totals.years).toFixed(1);
  return [
    name,
    monthly(totals.first),
    monthly(totals.second),
    share,
    ...seen.map(String),
    yearly,
    formatSpan(totals.longest),
  ];
}

const WHOLE = { name: "all", from: "2000-01-01", to: "2100-01-01" };
const YEAR_SECONDS = 365.25 * 86_400;
