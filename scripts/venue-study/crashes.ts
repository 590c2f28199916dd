import { parseArgs } from "node:util";

import hre from "hardhat";

import { runStudy } from "../study-command.ts";
import { CRASHES, readCrash } from "./crashes/crash-list.ts";
import { crashRow, GUARDS, renderCrashes, type Row } from "./crashes/print-crashes.ts";
import { replayCrash } from "./crashes/replay-crash.ts";

const USAGE = `usage: npm run crashes -- --data <folder> [--only <text>] [--seed <number>] [--accounts <number>] [--calls <number>] [--json]

Replays recorded minutes of crashes through the contracts (hub, sensors, aggregator, clearing house) on a chain in this
process, with a population of accounts drawn by the seed, and prints bad debt, fund use, haircuts and liquidations: without
Cordon, with dynamic margin alone, with the breaker alone, and with both. <folder> is one in the format that
docs/sensors/README.md describes. Each of the four takes a crash a minute or more.

crashes: ${CRASHES.map(({ name }) => name).join(", ")}

--only      those whose name holds the text
--seed      draws another population; 1 when left out
--accounts  that hold a position when the record begins; 60 when left out
--calls     liquidations and resolutions that keepers get into the chain in a minute; 40 when left out
--json      one object a row
--help      this text

Exit codes: 0 printed, 1 the folder or a file of it cannot be read, 2 wrong usage.
`;
const NEWCOMER_MINUTES = 10;
const PROGRESS_MINUTES = 60;

interface Request {
  readonly folder: string;
  readonly only: string;
  readonly seed: number;
  readonly accounts: number;
  readonly calls: number;
  readonly asJson: boolean;
}

/** @returns what to do, or the fault of the command line; null when help is asked for. */
function readRequest(): Request | string | null {
  const options = {
    data: { type: "string" },
    only: { type: "string", default: "" },
    seed: { type: "string", default: "1" },
    accounts: { type: "string", default: "60" },
    calls: { type: "string", default: "40" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) return null;
  if (values.data === undefined) return "--data is missing: the folder of recorded prices";
  for (const name of ["seed", "accounts", "calls"] as const) {
    if (!/^[1-9]\d{0,5}$/.test(values[name])) return `--${name} is no whole number above zero: ${values[name]}`;
  }
  if (!CRASHES.some(({ name }) => name.includes(values.only))) return `there is no crash ${values.only}`;
  const [seed, accounts, calls] = [Number(values.seed), Number(values.accounts), Number(values.calls)];
  return { folder: values.data, only: values.only, seed, accounts, calls, asJson: values.json };
}

async function print(request: Request): Promise<void> {
  // Does nothing when the contracts are as they were compiled.
  await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
  const rows: Row[] = [];
  for (const crash of CRASHES.filter(({ name }) => name.includes(request.only))) {
    const recorded = readCrash(request.folder, crash);
    for (const [name, guard] of Object.entries(GUARDS)) {
      const scenario = { guard, newcomerMinutes: NEWCOMER_MINUTES, ...request };
      const outcome = await replayCrash(recorded, scenario, (done) => {
        if (done % PROGRESS_MINUTES !== 0 && done !== recorded.minutes.length) return;
        process.stderr.write(
          `\r${crash.name}, ${name}: ${String(done)} of ${String(recorded.minutes.length)} minutes `,
        );
      });
      const row = { crash: crash.name, guard: name, outcome };
      rows.push(row);
      if (request.asJson) process.stdout.write(`${JSON.stringify(crashRow(row))}\n`);
    }
  }
  process.stderr.write("\n");
  if (!request.asJson) process.stdout.write(renderCrashes(rows));
}

await runStudy({ usage: USAGE, read: readRequest, run: print });
