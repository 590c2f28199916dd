import type { Tick } from "../data/read-series.ts";
import {
  ALTS as ALT_MARKETS,
  BTC_MINUTES,
  LUNA_ITSELF,
  MAJOR_MARKETS,
  STABLES as STABLE_MARKETS,
  USDC_MINUTES,
  type Market,
} from "../data/windows.ts";
import type { DrawdownParameters } from "../rules/drawdown.ts";
import type { VolatilityParameters } from "../rules/model-margin.ts";
import type { BandParameters } from "../rules/price-band.ts";
import {
  ALTS,
  ALTS_DRAWDOWN,
  MAJORS,
  MAJORS_DRAWDOWN,
  PEGGED_BAND,
  POOLED_MODEL,
  STABLES_DRAWDOWN,
  STANDARD_BAND,
  TEN_PERCENT_AN_HOUR,
} from "../rules/presets.ts";
import { BREAKER_LEASES, MARGIN_LEASES } from "./in-force.ts";
import { replayBand, replayDrawdown, replayForecasts, replayMargins, type Asserted, type Forecasts } from "./replay.ts";

export type SensorName = "band" | "volatility" | "drawdown";

/** A sensor with parameters, some of which are a preset and others what might have been chosen in its place. */
export interface Candidate {
  readonly sensor: SensorName;
  readonly name: string;
  readonly isDefault: boolean;
  readonly leases: readonly number[];
  readonly replay: (ticks: readonly Tick[]) => Asserted;
}

/** Markets of one kind, and the candidates that are judged on them. */
export interface Kind {
  readonly name: string;
  readonly markets: readonly Market[];
  readonly candidates: readonly Candidate[];
}

const NORMAL_990 = 2_665n;
const STUDENT3_990 = 4_043n;

export const KINDS: readonly Kind[] = [
  {
    name: "BTC, every minute",
    markets: BTC_MINUTES,
    candidates: [
      band("standard: 5/10/25", STANDARD_BAND, true),
      band("half: 2.5/5/12.5", scaleBand(STANDARD_BAND, 2n, 1n)),
      band("double: 10/20/50", scaleBand(STANDARD_BAND, 1n, 2n)),
    ],
  },
  {
    name: "BTC and ETH, every 5 minutes",
    markets: MAJOR_MARKETS,
    candidates: [
      band("standard: 5/10/25", STANDARD_BAND, true),
      drawdown("10 % in an hour", TEN_PERCENT_AN_HOUR),
      volatility("majors: Student t 4", MAJORS, true),
      volatility("normal", { ...MAJORS, multiplierMilli: NORMAL_990 }),
      volatility("Student t 3", { ...MAJORS, multiplierMilli: STUDENT3_990 }),
      drawdown("majors: day 10/20/40, week 15/30/60", MAJORS_DRAWDOWN, true),
      drawdown("tighter: day 8/16/32, week 12/24/48", scaleDrawdown(MAJORS_DRAWDOWN, 4n, 5n)),
      drawdown("looser: day 15/30/60, week 22/45/90", scaleDrawdown(MAJORS_DRAWDOWN, 3n, 2n)),
    ],
  },
  {
    name: "LUNA and 8 others, hourly",
    markets: [LUNA_ITSELF, ...ALT_MARKETS],
    candidates: [
      band("standard: 5/10/25", STANDARD_BAND, true),
      band("wider: 7.5/15/37.5", scaleBand(STANDARD_BAND, 2n, 3n)),
      band("double: 10/20/50", scaleBand(STANDARD_BAND, 1n, 2n)),
      volatility("alts: Student t 4", ALTS, true),
      volatility("majors, base 10 %", { ...MAJORS, baseBps: ALTS.baseBps }),
      drawdown("alts: day 15/30/50, week 25/45/75", ALTS_DRAWDOWN, true),
      drawdown("majors: day 10/20/40, week 15/30/60", MAJORS_DRAWDOWN),
    ],
  },
  {
    name: "UST, USDT, USDC, DAI, hourly",
    markets: STABLE_MARKETS,
    candidates: [
      band("pegged: 1/2/5", PEGGED_BAND, true),
      band("half: 0.5/1/2.5", scaleBand(PEGGED_BAND, 2n, 1n)),
      band("standard: 5/10/25", STANDARD_BAND),
      drawdown("stables: day 1.5/4/10, week 2/5/15", STABLES_DRAWDOWN, true),
    ],
  },
  {
    name: "USDC, every minute",
    markets: [USDC_MINUTES],
    candidates: [
      band("pegged: 1/2/5", PEGGED_BAND, true),
      band("half: 0.5/1/2.5", scaleBand(PEGGED_BAND, 2n, 1n)),
      band("standard: 5/10/25", STANDARD_BAND),
      drawdown("stables: day 1.5/4/10, week 2/5/15", STABLES_DRAWDOWN, true),
    ],
  },
];

function band(name: string, parameters: BandParameters, isDefault = false): Candidate {
  return { sensor: "band", name, isDefault, leases: BREAKER_LEASES, replay: (ticks) => replayBand(ticks, parameters) };
}

function drawdown(name: string, parameters: DrawdownParameters, isDefault = false): Candidate {
  const replay = (ticks: readonly Tick[]): Asserted => replayDrawdown(ticks, parameters);
  return { sensor: "drawdown", name, isDefault, leases: BREAKER_LEASES, replay };
}

function volatility(name: string, parameters: VolatilityParameters, isDefault = false): Candidate {
  const replay = (ticks: readonly Tick[]): Asserted =>
    replayMargins(forecastsOf(ticks, parameters.longRunVolatilityE6), parameters).rungs;
  return { sensor: "volatility", name, isDefault, leases: MARGIN_LEASES, replay };
}

const forecasts = new WeakMap<readonly Tick[], Map<bigint, Forecasts>>();

/** The same for all candidates that differ only in what they make of a forecast. */
function forecastsOf(ticks: readonly Tick[], longRunE6: bigint): Forecasts {
  const known = forecasts.get(ticks) ?? new Map<bigint, Forecasts>();
  forecasts.set(ticks, known);
  const found = known.get(longRunE6) ?? replayForecasts(ticks, POOLED_MODEL, longRunE6);
  known.set(longRunE6, found);
  return found;
}

function scaleBand(parameters: BandParameters, divisor: bigint, factor: bigint): BandParameters {
  return { ...parameters, tiersBps: parameters.tiersBps.map((tierBps) => (tierBps * factor) / divisor) };
}

function scaleDrawdown(parameters: DrawdownParameters, factor: bigint, divisor: bigint): DrawdownParameters {
  const scale = (tiersBps: readonly bigint[]): bigint[] => tiersBps.map((tierBps) => (tierBps * factor) / divisor);
  const { shortTiersBps, longTiersBps } = parameters;
  return { ...parameters, shortTiersBps: scale(shortTiersBps), longTiersBps: scale(longTiersBps) };
}
