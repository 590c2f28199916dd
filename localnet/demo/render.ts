import { type Rungs, nameRungs } from "../../relayer/domain/incident/rungs.ts";
import {
  type Arrival,
  type DemoRun,
  type Stage,
  type Trip,
  type TripReport,
  findFailures,
  severestTrip,
} from "./report.ts";
import type { HouseAtStage } from "./house-answer.ts";

const PPM_IN_PERCENT = 10_000;
/** Digests are compared by eye: their first bytes do. */
const DIGEST_CHARS = 10;

export function formatTime(time: number): string {
  return `${new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** What is printed when a sensor has tripped and every chain was measured. */
export function renderTrip(trip: TripReport, before?: Rungs): string {
  const from = before === undefined ? "" : ` (from ${nameRungs(before)})`;
  const head = `${formatTime(trip.time)}  ${trip.chain} trips market ${trip.market} to ${nameRungs(trip.rungs)}${from} at ${trip.price}`;
  return [head, ...renderTable(["chain", "direct", "LayerZero"], trip.arrivals.map(arrivalRow))].join("\n    ");
}

function arrivalRow({ chain, directMs, layerzeroMs }: Arrival): readonly string[] {
  return [chain, formatMs(directMs), formatMs(layerzeroMs)];
}

function formatMs(ms: number | null): string {
  return ms === null ? "-" : `${ms.toFixed(0)} ms`;
}

/** What is printed when all chains were looked at. */
export function renderStage({ name, time, chains, houses }: Stage): string {
  const rows = chains.map(({ chain, meshDigest, rungs }) => {
    if (meshDigest === null) return [chain, "down"];
    const house = houses.find((one) => one.chain === chain);
    return [chain, nameRungs(rungs), `${meshDigest.slice(0, DIGEST_CHARS)}…`, ...(house ? houseRow(house) : [])];
  });
  const header = ["chain", "posture", "mesh words", "risk", "closing", "deposits", "leaves in an hour"];
  return [`${formatTime(time)}  ${name}`, ...renderTable(header, rows)].join("\n    ");
}

/** What the clearing house there lets people do. */
function houseRow({ opens, closes, deposits, withdrawablePpm }: HouseAtStage): readonly string[] {
  const say = (isOpen: boolean): string => (isOpen ? "open" : "refused");
  return [say(opens), say(closes), say(deposits), `${withdrawablePpm / PPM_IN_PERCENT} %`];
}

/** The whole of it, at the end. */
export function renderVerdict(run: DemoRun): string {
  const failures = findFailures(run);
  const trip = severestTrip(run.trips);
  const { transactions: count } = run;
  const lines = [
    "",
    failures.length === 0
      ? `VERDICT  converged: ${run.chains.length} chains agreed at all ${run.stages.length} stages`
      : `VERDICT  not converged:\n  ${failures.join("\n  ")}`,
    ...(trip ? [`  severest trip     ${describe(trip)}`, `  last chain        ${describeLast(trip)}`] : []),
    `  transactions      ${count.directives} directives, ${count.broadcasts} broadcasts, ${count.verifications} verifications, ` +
      `${count.commits} commits, ${count.executions} executions, ${count.lifts} lifts`,
    `  faults            ${run.faults.length === 0 ? "none" : run.faults.join(", ")} (seed ${run.seed})`,
    `  data              ${run.data}`,
    `  took              ${(run.durationMs / 1000).toFixed(0)} s`,
    "",
    "Try next",
    "  ./cordon demo --fault withhold         LayerZero delivers nothing; the direct path alone",
    "  ./cordon demo --fault relayer-dead     no relayer; LayerZero alone",
    "  ./cordon demo --fault list             every fault there is",
    "  ./cordon demo --data <your.csv>        your own recorded minutes",
    "  ./cordon localnet                      the same chains, kept running for you",
    "",
  ];
  return lines.join("\n");
}

function describe(trip: Trip): string {
  return `${trip.chain}, market ${trip.market}, ${nameRungs(trip.rungs)} at ${trip.price}, ${formatTime(trip.time)}`;
}

function describeLast({ arrivals }: TripReport): string {
  const last = (pick: (arrival: Arrival) => number | null): string => {
    const times = arrivals.map(pick);
    return times.some((time) => time === null) ? "-" : formatMs(Math.max(...times.map(Number)));
  };
  return `direct ${last(({ directMs }) => directMs)}, LayerZero ${last(({ layerzeroMs }) => layerzeroMs)}`;
}

/** Rows under a header, columns as wide as they need to be. */
function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [header, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
