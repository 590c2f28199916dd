import { parentPort, workerData } from "node:worker_threads";

import type { Target } from "../fanout/bench-chain.ts";
import { startDetector } from "./detector.ts";

/* The relayer's observer apart from what it is compared with, as the relayer is a process of its own. */

export interface DetectorData {
  readonly target: Target;
  readonly meshId: string;
}

const { target, meshId } = workerData as DetectorData;
await startDetector(target, { meshId, onAsserted: () => parentPort?.postMessage(process.hrtime.bigint()) });
parentPort?.postMessage("ready");
