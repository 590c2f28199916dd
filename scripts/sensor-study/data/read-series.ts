import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { StudyError } from "../../study-command.ts";

/** One price: the close of a bar, known when the bar is over. */
export interface Tick {
  /** Unix seconds. */
  readonly time: number;
  readonly price: number;
}

const TIME_COLUMN = "ts_ms";
const PRICE_COLUMNS = ["close", "price_usd"];
const SYMBOL_COLUMN = "symbol";
const SECOND_MS = 1_000;

export interface SeriesSource {
  /** Path below the data folder. */
  readonly file: string;
  /** Length of a bar, 0 where rows are points in time. */
  readonly barSeconds: number;
  /** Where a file holds several. */
  readonly symbol?: string;
  /** Where only a part counts: unix seconds, the second not included. */
  readonly from?: number;
  readonly to?: number;
  /** Second file, in whose prices, at the same times, those of the first are counted. */
  readonly dividedBy?: string;
}

/** The recorded prices of `source`, oldest first; rows without a usable price are left out. */
export function readSeries(folder: string, source: SeriesSource): readonly Tick[] {
  const { dividedBy, ...dividend } = source;
  if (dividedBy === undefined) return readFile(folder, source);
  const divisors = new Map(readFile(folder, { ...dividend, file: dividedBy }).map(({ time, price }) => [time, price]));
  return readFile(folder, dividend).flatMap(({ time, price }) => {
    const divisor = divisors.get(time);
    return divisor === undefined ? [] : [{ time, price: price / divisor }];
  });
}

function readFile(folder: string, source: SeriesSource): readonly Tick[] {
  const { from = 0, to = Infinity } = source;
  const [header = "", ...rows] = readLines(join(folder, source.file));
  const columns = header.split(",");
  const timeAt = columns.indexOf(TIME_COLUMN);
  const priceAt = columns.findIndex((column) => PRICE_COLUMNS.includes(column));
  const symbolAt = columns.indexOf(SYMBOL_COLUMN);
  if (timeAt === -1 || priceAt === -1) {
    throw new StudyError(`${source.file} has no column ${TIME_COLUMN}, or none of ${PRICE_COLUMNS.join(", ")}`);
  }
  return rows
    .map((row) => row.split(","))
    .filter((cells) => source.symbol === undefined || cells[symbolAt] === source.symbol)
    .map((cells) => ({
      time: Math.round(Number(cells[timeAt]) / SECOND_MS) + source.barSeconds,
      price: Number(cells[priceAt]),
    }))
    .filter(({ time, price }) => time >= from && time < to && price > 0);
}

/** Several sources as one series; where they overlap, the earlier one counts. */
export function readAll(folder: string, sources: readonly SeriesSource[]): readonly Tick[] {
  return sources.reduce<readonly Tick[]>((joined, source) => {
    const from = joined.at(-1)?.time ?? 0;
    return joined.concat(readSeries(folder, source).filter(({ time }) => time > from));
  }, []);
}

function readLines(path: string): string[] {
  try {
    return gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n");
  } catch (error) {
    throw new StudyError(`cannot read ${path}: ${error instanceof Error ? error.message : "unknown"}`);
  }
}
