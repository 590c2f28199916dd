import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

import { describeCause, SetupError } from "../../deployments/setup-error.ts";

/** One recorded bar, at the moment its close was known. */
export interface Minute {
  /** Unix seconds of the bar's close. */
  readonly time: number;
  /** Close in the quote currency, scaled by 1e8 as Chainlink's USD feeds are. */
  readonly priceE8: bigint;
}

/** Decimals of the prices that are fed. */
export const FEED_DECIMALS = 8;
const GZIP_MAGIC = 0x1f8b;
const PRICE_COLUMNS = ["close", "price_usd"] as const;
const MAX_MINUTES = 20_000;

/**
 * Reads recorded bars: a CSV, plain or gzipped, with a header that has `ts_ms` (open of the bar, Unix milliseconds,
 * rising) and `close` or `price_usd`. Further columns are ignored. Nothing is interpolated.
 * @throws SetupError "config", with the file, the line and the fix.
 */
export function readMinutes(file: string): readonly Minute[] {
  const name = path.basename(file);
  const [header = "", ...rows] = readText(file).trim().split(/\r?\n/);
  const columns = header.split(",").map((column) => column.trim());
  const timeAt = columns.indexOf("ts_ms");
  const priceAt = columns.findIndex((column) => PRICE_COLUMNS.some((known) => known === column));
  if (timeAt < 0 || priceAt < 0) {
    throw malformed(name, `has the columns "${header.slice(0, 80)}"`, "It needs ts_ms and close (or price_usd).");
  }
  if (columns.includes("symbol")) {
    throw malformed(name, "holds several symbols", "Cut one of them out first.");
  }
  if (rows.length < 2 || rows.length > MAX_MINUTES) {
    throw malformed(name, `has ${rows.length} rows`, `Give it between 2 and ${MAX_MINUTES}.`);
  }

  const bars = rows.map((row, index) => parseRow(row, { name, line: index + 2, timeAt, priceAt }));
  const barSeconds = barLength(bars, name);
  return bars.map(({ time, priceE8 }) => ({ time: time + barSeconds, priceE8 }));
}

interface RowPlace {
  readonly name: string;
  readonly line: number;
  readonly timeAt: number;
  readonly priceAt: number;
}

function parseRow(row: string, { name, line, timeAt, priceAt }: RowPlace): Minute {
  const cells = row.split(",");
  const time = (cells[timeAt] ?? "").trim();
  const price = (cells[priceAt] ?? "").trim();
  if (!/^\d{12,14}$/.test(time)) {
    throw malformed(name, `has ts_ms "${time.slice(0, 40)}" in line ${line}`, "Unix milliseconds are expected.");
  }
  const match = /^(\d{1,15})(?:\.(\d+))?$/.exec(price);
  const priceE8 = match
    ? BigInt((match[1] ?? "") + (match[2] ?? "").padEnd(FEED_DECIMALS, "0").slice(0, FEED_DECIMALS))
    : 0n;
  if (priceE8 === 0n) {
    throw malformed(
      name,
      `has the price "${price.slice(0, 40)}" in line ${line}`,
      "A positive decimal number is expected.",
    );
  }
  return { time: Math.floor(Number(time) / 1000), priceE8 };
}

/** The shortest gap: recorded data has holes, never bars that overlap. */
function barLength(bars: readonly Minute[], name: string): number {
  const gaps = bars.slice(1).map((bar, index) => bar.time - (bars[index]?.time ?? 0));
  const backwards = gaps.findIndex((gap) => gap <= 0);
  if (backwards >= 0)
    throw malformed(name, `does not rise in time in line ${backwards + 3}`, "Sort it by ts_ms, without repeats.");
  return Math.min(...gaps);
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    return (bytes.length > 1 && bytes.readUInt16BE(0) === GZIP_MAGIC ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (error) {
    const fix = "Give --data the path of a CSV file, plain or gzipped.";
    throw new SetupError("config", `Cannot read ${path.basename(file)}: ${describeCause(error)}.`, {
      fix,
      cause: error,
    });
  }
}

function malformed(name: string, problem: string, fix: string): SetupError {
  return new SetupError("config", `${name} ${problem}.`, { fix });
}
