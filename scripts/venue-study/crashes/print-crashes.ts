import { formatShare, renderTable } from "../../sensor-study/study/table.ts";
import { ONE } from "../house.ts";
import type { Guard } from "./guarded-world.ts";
import type { CrashOutcome } from "./replay-crash.ts";

/** What Cordon may do in a replay. */
export const GUARDS: Readonly<Record<string, Guard>> = {
  neither: { hasMargin: false, hasBreaker: false },
  margin: { hasMargin: true, hasBreaker: false },
  breaker: { hasMargin: false, hasBreaker: true },
  both: { hasMargin: true, hasBreaker: true },
};

export interface Row {
  readonly crash: string;
  readonly guard: string;
  readonly outcome: CrashOutcome;
}

const HEADER = [
  "crash",
  "with",
  "fall",
  "rungs",
  "halted min",
  "fills",
  "refused",
  "liquidations",
  "defaults",
  "bad debt $",
  "funds $",
  "haircuts $",
  "socialised $",
  "left $",
];

/** A row for each crash and guard; dollars. */
export function renderCrashes(rows: readonly Row[]): string {
  const cells = rows.map(({ crash, guard, outcome }) => [
    crash,
    guard,
    formatShare(outcome.fall, 1),
    `${String(outcome.worstBreaker)} / M${String(outcome.worstMargin)}`,
    String(outcome.haltedMinutes),
    String(outcome.fills),
    String(outcome.refused),
    String(outcome.liquidations),
    String(outcome.defaults),
    dollars(outcome.badDebtUnits),
    dollars(outcome.fundUnits),
    dollars(outcome.haircutUnits),
    dollars(outcome.socialisedUnits),
    dollars(outcome.leftUnits),
  ]);
  return `${renderTable(HEADER, cells)}\n`;
}

/** As JSON has it: amounts in units, as text. */
export function crashRow({ crash, guard, outcome }: Row): unknown {
  const entries = Object.entries(outcome).map(([key, value]) => [
    key,
    typeof value === "bigint" ? String(value) : value,
  ]);
  return { crash, with: guard, ...Object.fromEntries(entries) };
}

function dollars(units: bigint): string {
  return Number(units / ONE).toLocaleString("en-GB");
}
