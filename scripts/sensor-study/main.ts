import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { studyDrawdown } from "./study/drawdown-study.ts";
import { studyForecast } from "./study/forecast-study.ts";
import { studyLead } from "./study/lead-study.ts";
import { studyLevels } from "./study/levels-study.ts";
import { studyPrecision } from "./study/precision-study.ts";
import { studyVolatility } from "./study/volatility-study.ts";
import { StudyError } from "./study-error.ts";

const PARTS: Readonly<Record<string, (folder: string) => string>> = {
  forecast: studyForecast,
  precision: studyPrecision,
  levels: studyLevels,
  volatility: studyVolatility,
  drawdown: studyDrawdown,
  lead: studyLead,
};

const USAGE = `usage: node scripts/sensor-study/main.ts --data <folder> [part ...]

Replays recorded prices through the volatility and drawdown sensors' own arithmetic and prints what they would have
said. <folder> is one in the format of the data that docs/sensors describes. Parts, all by default:

  forecast    fit of the model and its accuracy against RiskMetrics, out of sample
  precision   the contract's integers against double precision
  levels      long-run and stressed volatility of what is recorded
  volatility  false trips, detections and margins by preset
  drawdown    false trips and detections by preset
  lead        when each sensor spoke in each crisis, against the price band
`;

const EXIT_FATAL = 1;
const EXIT_USAGE = 2;

function main(): number {
  const { values, positionals } = parseArgs({
    options: { data: { type: "string" }, help: { type: "boolean", short: "h" } },
    allowPositionals: true,
  });
  if (values.help === true) return print(USAGE, 0);
  const unknown = positionals.filter((part) => !(part in PARTS));
  if (values.data === undefined || unknown.length > 0) {
    const fault = values.data === undefined ? "--data is missing" : `no such part: ${unknown.join(", ")}`;
    return print(`${fault}\n\n${USAGE}`, EXIT_USAGE);
  }
  if (!existsSync(join(values.data, "ohlcv_5m"))) {
    return print(`no recorded prices in ${values.data}: a folder ohlcv_5m is expected there\n`, EXIT_USAGE);
  }
  const asked = positionals.length === 0 ? Object.keys(PARTS) : positionals;
  for (const part of asked) print(`${PARTS[part]?.(values.data) ?? ""}\n\n`, 0);
  return 0;
}

function print(text: string, exitCode: number): number {
  (exitCode === 0 ? process.stdout : process.stderr).write(text);
  return exitCode;
}

try {
  process.exitCode = main();
} catch (error) {
  const isOptionFault = error instanceof TypeError && "code" in error;
  if (!isOptionFault && !(error instanceof StudyError)) throw error;
  process.exitCode = print(`${error.message}\n`, isOptionFault ? EXIT_USAGE : EXIT_FATAL);
}
