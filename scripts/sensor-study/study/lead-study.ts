import { readAll, type Tick } from "../data/read-series.ts";
import {
  ALTS as ALT_MARKETS,
  LUNA_ITSELF,
  MAJOR_MARKETS,
  STABLES as STABLE_MARKETS,
  type Market,
} from "../data/windows.ts";
import type { DrawdownParameters } from "../rules/drawdown.ts";
import type { VolatilityParameters } from "../rules/model-margin.ts";
import {
  ALTS,
  ALTS_DRAWDOWN,
  MAJORS,
  MAJORS_DRAWDOWN,
  POOLED_MODEL,
  STANDARD_BAND,
  STABLES_DRAWDOWN,
  TEN_PERCENT_AN_HOUR,
} from "../rules/presets.ts";
import { BREAKER_LEASES, MARGIN_LEASES, measureForce, type InForce } from "./in-force.ts";
import { replayBand, replayDrawdown, replayForecasts, replayMargins, type Asserted } from "./replay.ts";
import { formatSpan, formatTime, renderTable } from "./table.ts";

interface Group {
  readonly markets: readonly Market[];
  /** Null where the sensor has no preset. */
  readonly volatility: VolatilityParameters | null;
  readonly drawdown: DrawdownParameters;
}

const GROUPS: readonly Group[] = [
  { markets: MAJOR_MARKETS, volatility: MAJORS, drawdown: MAJORS_DRAWDOWN },
  { markets: [LUNA_ITSELF, ...ALT_MARKETS], volatility: ALTS, drawdown: ALTS_DRAWDOWN },
  { markets: STABLE_MARKETS, volatility: null, drawdown: STABLES_DRAWDOWN },
];

const HEADER = [
  "",
  "crisis",
  "band 1",
  "band 2",
  "M1",
  "M2",
  "M1 before band 1",
  "fall 1",
  "fall 2",
  "fall 1 before band 1",
  "10 % in 1 h",
];

/** When each preset sensor first spoke in each crisis, and how long before the price band did. */
export function studyLead(folder: string): string {
  const rows = GROUPS.flatMap((group) => group.markets.flatMap((market) => marketRows(folder, market, group)));
  return [
    'When each sensor was first in force (month-day time UTC; "held" from before), presets of each kind of asset.',
    "BTC and ETH every five minutes, the others hourly.",
    renderTable(HEADER, rows),
  ].join("\n");
}

function marketRows(folder: string, market: Market, { volatility, drawdown }: Group): string[][] {
  const ticks = readAll(folder, market.series.sources);
  const margins = { ticks, asserted: marginRungs(ticks, volatility), leases: MARGIN_LEASES };
  const band = { ticks, asserted: replayBand(ticks, STANDARD_BAND), leases: BREAKER_LEASES };
  const falls = { ticks, asserted: replayDrawdown(ticks, drawdown), leases: BREAKER_LEASES };
  const hours = { ticks, asserted: replayDrawdown(ticks, TEN_PERCENT_AN_HOUR), leases: BREAKER_LEASES };
  return market.crises.map((window) => {
    const [band1, band2] = [measureForce(band, 1, window), measureForce(band, 2, window)];
    const [m1, m2] = [measureForce(margins, 1, window), measureForce(margins, 2, window)];
    const [fall1, fall2] = [measureForce(falls, 1, window), measureForce(falls, 2, window)];
    return [
      market.series.name,
      window.name,
      ...[band1, band2, m1, m2].map(showTime),
      showLead(m1, band1),
      ...[fall1, fall2].map(showTime),
      showLead(fall1, band1),
      showTime(measureForce(hours, 1, window)),
    ];
  });
}

function marginRungs(ticks: readonly Tick[], volatility: VolatilityParameters | null): Asserted {
  if (volatility === null) return [];
  return replayMargins(replayForecasts(ticks, POOLED_MODEL, volatility.longRunVolatilityE6), volatility).rungs;
}

function showTime({ since, isHeld }: InForce): string {
  if (since === null) return "-";
  return isHeld ? "held" : formatTime(since);
}

function showLead(own: InForce, band: InForce): string {
  if (own.since === null) return "-";
  if (band.since === null) return "band silent";
  return `${own.isHeld ? "> " : ""}${formatSpan(band.since - own.since)}`;
}
