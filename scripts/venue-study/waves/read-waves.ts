import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { StudyError } from "../../study-command.ts";

const FOLDER = "events_adl_liquidations";
const POLICY_FILE = "hl_adl_policy_per_wave_metrics.csv.gz";
const GAP_FILE = "hl_adl_two_pass_wave_coin_gap_per_contract_h0.csv.gz";
const CAPACITY_FILE = "hl_adl_per_shock_metrics_queue.csv.gz";
const UNITS_PER_DOLLAR = 1_000_000;

/** What was done, and the six policies that were published beside it, by the names of their columns. */
export const POLICIES = ["prod", "pr", "pnl_pr", "eq_pr", "vector", "contract_pr", "fixed_point_ilp_integer"] as const;
export type Policy = (typeof POLICIES)[number];

/** One coin in one wave, in units of a millionth of a dollar. */
export interface CoinGap {
  readonly coin: string;
  /** What bankruptcy prices left open: distance to the mark times size, over the wave's fills. */
  readonly neededUnits: number;
  /** What the coin's winners could have been asked for. */
  readonly capacityUnits: number;
}

export interface PolicyOutcome {
  readonly takenUsd: number;
  /** Largest part that anybody lost of what counted as theirs. */
  readonly maxShare: number;
}

export interface Wave {
  readonly wave: number;
  readonly at: string;
  readonly neededUsd: number;
  readonly coins: readonly CoinGap[];
  readonly published: Readonly<Record<Policy, PolicyOutcome>>;
}

type Row = ReadonlyMap<string, string>;

/** The 16 waves of 10 October 2025, as published. */
export function readWaves(folder: string): readonly Wave[] {
  const gaps = readTable(folder, GAP_FILE);
  const capacities = readTable(folder, CAPACITY_FILE);
  return readTable(folder, POLICY_FILE).map((row) => {
    const wave = numberOf(row, "wave");
    const own = gaps.filter((gap) => numberOf(gap, "wave") === wave);
    return {
      wave,
      at: textOf(row, "t_start"),
      neededUsd: numberOf(row, "budget_needed"),
      coins: own.map((gap) => coinGap(gap, capacities)).filter(({ neededUnits }) => neededUnits > 0),
      published: Object.fromEntries(POLICIES.map((policy) => [policy, outcomeOf(row, policy)])) as Wave["published"],
    };
  });
}

function outcomeOf(row: Row, policy: Policy): PolicyOutcome {
  return { takenUsd: numberOf(row, `budget_${policy}`), maxShare: numberOf(row, `max_pct_${policy}`) };
}

/** The other file writes kPEPE as KPEPE, and cuts each coin's time into clusters of its own. */
function coinGap(gap: Row, capacities: readonly Row[]): CoinGap {
  const coin = textOf(gap, "coin");
  const [from, to] = [numberOf(gap, "t_start_ms"), numberOf(gap, "t_end_ms")];
  const meeting = capacities.filter(
    (row) =>
      textOf(row, "coin").toUpperCase() === coin.toUpperCase() &&
      Date.parse(textOf(row, "t_start")) <= to &&
      Date.parse(textOf(row, "t_end")) >= from,
  );
  const capacity = meeting.reduce((sum, row) => sum + numberOf(row, "total_capacity_usd"), 0);
  return { coin, neededUnits: toUnits(numberOf(gap, "gap_usd_x_qty")), capacityUnits: toUnits(capacity) };
}

function toUnits(usd: number): number {
  return Math.round(usd * UNITS_PER_DOLLAR);
}

function readTable(folder: string, file: string): readonly Row[] {
  const [header = "", ...lines] = readText(join(folder, FOLDER, file))
    .trim()
    .split("\n");
  const columns = header.trim().split(",");
  return lines.map((line) => {
    const cells = line.trim().split(",");
    return new Map(columns.map((column, index) => [column, cells[index] ?? ""]));
  });
}

function readText(path: string): string {
  try {
    return gunzipSync(readFileSync(path)).toString("utf8");
  } catch (error) {
    throw new StudyError(`cannot read ${path}: ${error instanceof Error ? error.message : "unknown"}`);
  }
}

function textOf(row: Row, column: string): string {
  const text = row.get(column);
  if (text === undefined) throw new StudyError(`there is no column ${column}`);
  return text;
}

function numberOf(row: Row, column: string): number {
  const value = Number(textOf(row, column));
  if (!Number.isFinite(value)) throw new StudyError(`${column} is no number: ${textOf(row, column)}`);
  return value;
}
