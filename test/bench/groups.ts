import { detectBenches } from "./detect/group.ts";
import { fanoutBenches } from "./fanout/group.ts";
import { gasBenches } from "./gas/group.ts";
import { ingestBenches } from "./ingest/group.ts";
import { isolationBenches } from "./isolation/group.ts";
import type { BenchGroup } from "./measurement.ts";
import { queueBenches } from "./queue/group.ts";
import { reducerBenches } from "./reducer/group.ts";
import { stormBenches } from "./storm/group.ts";
import { stressBenches } from "./stress/group.ts";

/** Every group of figures that `npm run bench` knows, in the order in which it prints them. */
export const GROUPS: readonly BenchGroup[] = [
  gasBenches,
  stressBenches,
  ...fanoutBenches,
  reducerBenches,
  ingestBenches,
  detectBenches,
  stormBenches,
  queueBenches,
  isolationBenches,
];
