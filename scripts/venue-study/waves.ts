import { parseArgs } from "node:util";

import hre from "hardhat";

import { runStudy } from "../study-command.ts";
import { renderWaves, waveRow } from "./waves/print-waves.ts";
import { readWaves } from "./waves/read-waves.ts";
import { replayWaves } from "./waves/replay-waves.ts";

const USAGE = `usage: npm run waves -- --data <folder> [--seed <number>] [--json]

Replays the 16 waves of deleveraging of 10 October 2025 through the clearing house's own contracts, on a chain in this
process: each coin of each wave is a market with as much profit on one side as was recorded, and one bankrupt account that
lacks what was needed. Prints what was taken, beside what production took and six published policies would have.

<folder> holds events_adl_liquidations of pluriholonomic/autodeleveraging-analysis, as docs/waves.md describes it.

--seed  draws another spread of profit over winners; 1 when left out
--json  one object a wave
--help  this text

Exit codes: 0 printed, 1 the folder or a file of it cannot be read, 2 wrong usage.
`;

interface Request {
  readonly folder: string;
  readonly seed: number;
  readonly asJson: boolean;
}

/** @returns what to do, or the fault of the command line; null when help is asked for. */
function readRequest(): Request | string | null {
  const options = {
    data: { type: "string" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) return null;
  if (values.data === undefined) return "--data is missing: the folder of recorded events";
  if (!/^\d{1,9}$/.test(values.seed)) return `--seed is no whole number: ${values.seed}`;
  return { folder: values.data, seed: Number(values.seed), asJson: values.json };
}

async function print(request: Request): Promise<void> {
  const waves = readWaves(request.folder);
  // Does nothing when the contracts are as they were compiled.
  await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
  const outcomes = await replayWaves(waves, request.seed, (done) => {
    process.stderr.write(`\r${String(done)} of ${String(waves.length)} waves${done === waves.length ? "\n" : ""}`);
  });
  const lines = request.asJson
    ? outcomes.map((outcome) => `${JSON.stringify(waveRow(outcome))}\n`)
    : [renderWaves(outcomes)];
  for (const line of lines) process.stdout.write(line);
}

await runStudy({ usage: USAGE, read: readRequest, run: print });
