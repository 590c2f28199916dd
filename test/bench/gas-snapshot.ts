import { fileURLToPath } from "node:url";

import type { Measurement } from "./measurement.ts";

/** Gas figures as they were reviewed: a change of a contract shows here, in the diff. */
export const SNAPSHOT_FILE = fileURLToPath(new URL("../snapshots/gas.json", import.meta.url));

/** The content of {@link SNAPSHOT_FILE}. Peers are left out: nothing of ours changes them, and they may be missing. */
export function snapshotOf(measurements: readonly Measurement[]): string {
  const figures = measurements.map(({ bench, value, floor }) => [bench, { value, floor }]);
  return `${JSON.stringify(Object.fromEntries(figures), null, 2)}\n`;
}
