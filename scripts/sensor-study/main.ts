import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { measureCalmCrisis, renderCalmCrisis } from "./study/calm-crisis-study.ts";
import { studyDrawdown } from "./study/drawdown-study.ts";
import { studyForecast } from "./study/forecast-study.ts";
import { studyLead } from "./study/lead-study.ts";
import { studyLevels } from "./study/levels-study.ts";
import { studyPrecision } from "./study/precision-study.ts";
import { studyVolatility } from "./study/volatility-study.ts";
import { runStudy, StudyError } from "../study-command.ts";

const DEFAULT_PART = "presets";

const PARTS: Readonly<Record<string, (folder: string) => string>> = {
  [DEFAULT_PART]: (folder) => renderCalmCrisis(measureCalmCrisis(folder)),
  forecast: studyForecast,
  precision: studyPrecision,
  levels: studyLevels,
  volatility: studyVolatility,
  drawdown: studyDrawdown,
  lead: studyLead,
};

const USAGE = `usage: npm run study -- --data <folder> [part ...] [--json]

Replays recorded prices through the arithmetic of the price band, volatility and drawdown sensors, integer by integer as
on chain, and prints what they would have said. <folder> is one in the format that docs/sensors/README.md describes.

parts:
  presets     (the default) false trips in calm, detections in crises and lead times, by sensor, preset and tier; and
              which sensor saw which incident
  forecast    fit of the volatility model and its accuracy against RiskMetrics, out of sample
  precision   the contract's integers against double precision
  levels      long-run and stressed volatility of what is recorded
  volatility  the volatility sensor by preset, and what its margins would have been
  drawdown    the drawdown sensor by preset
  lead        when each sensor spoke in each crisis, against the price band
  all         every one of them

--json  the part presets as one object a line: table, and what its columns hold
--help  this text

Exit codes: 0 printed, 1 the folder or a file of it cannot be read, 2 wrong usage.
`;

/** A folder of the data set that every part reads. */
const EXPECTED_FOLDER = "ohlcv_5m";

interface Request {
  readonly folder: string;
  readonly parts: readonly string[];
  readonly asJson: boolean;
}

/** @returns what to do, or the fault of the command line; null when help is asked for. */
function readRequest(): Request | string | null {
  const options = {
    data: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) return null;
  if (values.data === undefined) return "--data is missing: the folder of recorded prices";

  const named = positionals.length === 0 ? [DEFAULT_PART] : positionals;
  const parts = named.includes("all") ? Object.keys(PARTS) : named;
  const unknown = parts.filter((part) => !(part in PARTS));
  if (unknown.length > 0) return `there is no part ${unknown.join(", ")}`;
  if (values.json && parts.join() !== DEFAULT_PART) return `--json goes with the part ${DEFAULT_PART} alone`;
  return { folder: values.data, parts, asJson: values.json };
}

function print({ folder, parts, asJson }: Request): void {
  if (!existsSync(join(folder, EXPECTED_FOLDER))) {
    throw new StudyError(`no recorded prices in ${folder}: a folder ${EXPECTED_FOLDER} is expected there`);
  }
  if (asJson) return printRows(folder);
  for (const part of parts) process.stdout.write(`${PARTS[part]?.(folder) ?? ""}\n${parts.length > 1 ? "\n" : ""}`);
}

function printRows(folder: string): void {
  const { presets, incidents } = measureCalmCrisis(folder);
  for (const row of [...presets, ...incidents]) process.stdout.write(`${JSON.stringify(row)}\n`);
}

await runStudy({ usage: USAGE, read: readRequest, run: print });
