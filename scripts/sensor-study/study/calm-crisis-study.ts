import { readAll, type Tick } from "../data/read-series.ts";
import { midnightOf, type Market, type Window } from "../data/windows.ts";
import { KINDS, type Candidate, type Kind, type SensorName } from "./candidates.ts";
import { daysOf, firstAt, measureForce, type Assertions, type InForce } from "./in-force.ts";
import { formatShare, formatSpan, formatTime, renderTable } from "./table.ts";

/** What one candidate did in all calm and crisis windows of a kind. Lists are by tier (of margin: by rung), the first first. */
export interface CandidateRow {
  readonly table: "presets";
  readonly kind: string;
  readonly sensor: SensorName;
  readonly preset: string;
  readonly isDefault: boolean;
  readonly calmDays: number;
  readonly falseTrips: readonly number[];
  /** Share of calm time in which the first tier was in force. */
  readonly calmShare: number;
  readonly crises: number;
  readonly seen: readonly number[];
  /** Median time between a tier's coming into force and the lowest price, of the crises that it saw; null for none. */
  readonly leadSeconds: readonly (number | null)[];
}

/** How one sensor at its default stood in one crisis of one asset. */
export interface Standing {
  readonly sensor: SensorName;
  /** Highest tier in force, 0 for none. */
  readonly tier: number;
  /** From the first tier's coming into force to the lowest price; null if it never was. */
  readonly leadSeconds: number | null;
  /** Whether it was in force already when the window began: the lead is at least that. */
  readonly isHeld: boolean;
}

export interface IncidentRow {
  readonly table: "incidents";
  readonly incident: string;
  readonly kind: string;
  readonly asset: string;
  /** Unix seconds of the lowest price, and how far it is below the highest one before it in the window. */
  readonly lowestAt: number;
  readonly fall: number;
  readonly standings: readonly Standing[];
}

export interface CalmCrisis {
  readonly presets: readonly CandidateRow[];
  readonly incidents: readonly IncidentRow[];
}

interface Replayed {
  readonly market: Market;
  readonly ticks: readonly Tick[];
  readonly assertions: Assertions;
}

/** Every price-driven sensor, at its presets and beside them, over everything recorded. */
export function measureCalmCrisis(folder: string): CalmCrisis {
  const measured = KINDS.map((kind) => measureKind(folder, kind));
  return {
    presets: measured.flatMap(({ presets }) => presets),
    incidents: measured.flatMap(({ incidents }) => incidents),
  };
}

/** The candidates of `kind` on its markets. */
export function measureKind(folder: string, kind: Kind): CalmCrisis {
  const recorded = kind.markets.map((market) => ({ market, ticks: readAll(folder, market.series.sources) }));
  const replayed = kind.candidates.map((candidate) => ({
    candidate,
    replays: recorded.map(({ market, ticks }) => ({
      market,
      ticks,
      assertions: { ticks, asserted: candidate.replay(ticks), leases: candidate.leases },
    })),
  }));
  const defaults = replayed.filter(({ candidate }) => candidate.isDefault);
  return {
    presets: replayed.map(({ candidate, replays }) => candidateRow(kind, candidate, replays)),
    incidents: recorded.flatMap(({ market, ticks }, at) =>
      market.crises.map((window) => ({
        ...incidentOf(kind, market, ticks, window),
        standings: defaults.map(({ candidate, replays }) => standingOf(candidate, replays[at], window)),
      })),
    ),
  };
}

function candidateRow(kind: Kind, candidate: Candidate, replays: readonly Replayed[]): CandidateRow {
  const tiers = tiersOf(candidate);
  const calm = replays.flatMap(({ market, assertions }) => market.calm.map((window) => ({ assertions, window })));
  const crises = replays.flatMap(({ market, ticks, assertions }) =>
    market.crises.map((window) => ({ assertions, window, lowestAt: lowestIn(ticks, window).time })),
  );
  const calmDays = daysOf(calm.map(({ window }) => window));
  const heldDays = calm.map(({ assertions, window }) => measureForce(assertions, 1, window).share * daysOf([window]));
  const leads = tiers.map((tier) =>
    crises.flatMap(({ assertions, window, lowestAt }) => {
      const { since } = measureForce(assertions, tier, window);
      return since === null ? [] : [lowestAt - since];
    }),
  );
  return {
    table: "presets",
    kind: kind.name,
    sensor: candidate.sensor,
    preset: candidate.name,
    isDefault: candidate.isDefault,
    calmDays,
    falseTrips: tiers.map((tier) =>
      sum(calm.map(({ assertions, window }) => measureForce(assertions, tier, window).trips)),
    ),
    calmShare: calmDays === 0 ? 0 : sum(heldDays) / calmDays,
    crises: crises.length,
    seen: leads.map((found) => found.length),
    leadSeconds: leads.map(median),
  };
}

function incidentOf(
  kind: Kind,
  { series }: Market,
  ticks: readonly Tick[],
  window: Window,
): Omit<IncidentRow, "standings"> {
  const lowest = lowestIn(ticks, window);
  const before = within(ticks, window).filter(({ time }) => time <= lowest.time);
  const highest = before.reduce((most, { price }) => Math.max(most, price), 0);
  const fall = 1 - lowest.price / highest;
  return {
    table: "incidents",
    incident: window.name,
    kind: kind.name,
    asset: series.name,
    lowestAt: lowest.time,
    fall,
  };
}

function standingOf(candidate: Candidate, replayed: Replayed | undefined, window: Window): Standing {
  const { sensor } = candidate;
  const none: Standing = { sensor, tier: 0, leadSeconds: null, isHeld: false };
  if (replayed === undefined) return none;

  const forces: readonly InForce[] = tiersOf(candidate).map((tier) => measureForce(replayed.assertions, tier, window));
  const [first] = forces;
  if (first === undefined || first.since === null) return none;
  return {
    sensor,
    tier: forces.filter(({ since }) => since !== null).length,
    leadSeconds: lowestIn(replayed.ticks, window).time - first.since,
    isHeld: first.isHeld,
  };
}

function tiersOf({ leases }: Candidate): number[] {
  return leases.map((_, index) => index + 1);
}

function within(ticks: readonly Tick[], { from, to }: Window): readonly Tick[] {
  return ticks.slice(firstAt(ticks, midnightOf(from)), firstAt(ticks, midnightOf(to)));
}

function lowestIn(ticks: readonly Tick[], window: Window): Tick {
  return within(ticks, window).reduce((lowest, tick) => (tick.price < lowest.price ? tick : lowest), {
    time: midnightOf(window.to),
    price: Infinity,
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The middle one, or the lower of the middle two. */
function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? null;
}

const PRESET_HEADER = ["", "calm days", "false trips", "calm share", "crises", "seen", "lead to the low"];
const INCIDENT_HEADER = ["", "low", "fall", "band", "volatility", "drawdown"];

/** Both tables as text. Figures by tier are separated by strokes. */
export function renderCalmCrisis({ presets, incidents }: CalmCrisis): string {
  return [
    "False trips in calm and detections in crises, by preset (* a default) and tier; of margin, by rung. Lead: median of",
    "what saw it, from coming into force to the lowest price of the crisis; negative when it came after.",
    renderTable(
      PRESET_HEADER,
      grouped(presets, ({ kind }) => kind, presetCells),
    ),
    "",
    "Which sensor saw which incident at its default: highest tier in force, lead of the first tier to the lowest price",
    "(>: in force since before the incident's first midnight). Low in month-day time, UTC; fall within the incident.",
    renderTable(
      INCIDENT_HEADER,
      grouped(incidents, ({ kind }) => kind, incidentCells),
    ),
  ].join("\n");
}

function grouped<Row>(rows: readonly Row[], nameOf: (row: Row) => string, cells: (row: Row) => string[]): string[][] {
  return rows.flatMap((row, at) => {
    const before = rows[at - 1];
    const isFirst = before === undefined || nameOf(before) !== nameOf(row);
    return isFirst ? [[nameOf(row)], cells(row)] : [cells(row)];
  });
}

function presetCells(row: CandidateRow): string[] {
  return [
    `  ${row.sensor}, ${row.preset}${row.isDefault ? " *" : ""}`,
    String(row.calmDays),
    row.calmDays === 0 ? "-" : row.falseTrips.join(" / "),
    row.calmDays === 0 ? "-" : formatShare(row.calmShare, 1),
    String(row.crises),
    row.seen.join(" / "),
    row.leadSeconds.map((lead) => (lead === null ? "-" : formatSpan(lead))).join(" / "),
  ];
}

function incidentCells(row: IncidentRow): string[] {
  const standing = (sensor: SensorName): string => {
    const found = row.standings.find((entry) => entry.sensor === sensor);
    if (found === undefined) return "";
    if (found.leadSeconds === null) return "-";
    return `${String(found.tier)}, ${found.isHeld ? "> " : ""}${formatSpan(found.leadSeconds)}`;
  };
  const sensors: readonly SensorName[] = ["band", "volatility", "drawdown"];
  const name = `  ${row.incident}, ${row.asset}`;
  return [name, formatTime(row.lowestAt), formatShare(row.fall, 1), ...sensors.map(standing)];
}
