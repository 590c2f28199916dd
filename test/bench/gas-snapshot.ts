import { fileURLToPath } from "node:url";

import type { Measurement } from "./measurement.ts";

/** Gas figures as they were reviewed: a change of a contract shows here, in the diff. */
export const SNAPSHOT_FILE = fileURLToPath(new URL("../snapshots/gas.json", import.meta.url));

/** The content of {@link SNAPSHOT_FILE}. Peers are left out: they change with nothing of ours, and may be missing. */
export function snapshotOf(measurements: readonly Measurement[]): string {
  const gas = measurements.filter(({ unit }) => unit === "gas");
  const figures = Object.fromEntries(gas.map(({ bench, value, floor }) => [bench, { value, floor }]));
  return `${JSON.stringify(figures, null, 2)}\n`;
}
