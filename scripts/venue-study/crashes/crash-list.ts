import { readSeries, type SeriesSource, type Tick } from "../../sensor-study/data/read-series.ts";
import { StudyError } from "../../study-command.ts";

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;
/** Hours before a crash from which the volatility sensor has learnt. */
const LEARNING_HOURS = 72;

/** A span of recorded minutes, and the base asset in a lot: a dollar's worth or so. */
export interface Crash {
  readonly name: string;
  readonly source: SeriesSource;
  /** UTC, the second not included. */
  readonly from: string;
  readonly to: string;
  readonly lotE18: bigint;
}

function minutes(file: string): SeriesSource {
  return { file: `ohlcv_1m/${file}.csv.gz`, barSeconds: MINUTE_SECONDS };
}

const BTC_LOT = 10n ** 14n;
const ETH_LOT = 10n ** 15n;

export const CRASHES: readonly Crash[] = [
  {
    name: "2020-03-12 BTC",
    source: minutes("bitmex_XBTUSD_1m_202003_black_thursday"),
    from: "2020-03-12T22:00:00Z",
    to: "2020-03-13T04:00:00Z",
    lotE18: BTC_LOT,
  },
  {
    name: "2021-05-19 BTC",
    source: minutes("bitmex_XBTUSD_1m_202105"),
    from: "2021-05-19T09:00:00Z",
    to: "2021-05-19T15:00:00Z",
    lotE18: BTC_LOT,
  },
  {
    name: "2021-05-19 ETH",
    source: minutes("binance_spot_ETHUSDT_1m_20210510_20210520"),
    from: "2021-05-19T09:00:00Z",
    to: "2021-05-19T15:00:00Z",
    lotE18: ETH_LOT,
  },
  {
    name: "2022-05-12 BTC (LUNA)",
    source: minutes("bitmex_XBTUSD_1m_202205_202206_luna_3ac"),
    from: "2022-05-12T03:00:00Z",
    to: "2022-05-12T09:00:00Z",
    lotE18: BTC_LOT,
  },
  {
    name: "2022-11-08 BTC (FTX)",
    source: minutes("bitmex_XBTUSD_1m_202211_ftx"),
    from: "2022-11-08T17:00:00Z",
    to: "2022-11-08T23:00:00Z",
    lotE18: BTC_LOT,
  },
];

/** What a replay needs of the record. */
export interface Recorded {
  readonly name: string;
  readonly lotE18: bigint;
  /** Hourly, before the first minute. */
  readonly before: readonly Tick[];
  readonly minutes: readonly Tick[];
}

export function readCrash(folder: string, crash: Crash): Recorded {
  const [from, to] = [Date.parse(crash.from) / 1_000, Date.parse(crash.to) / 1_000];
  const ticks = readSeries(folder, { ...crash.source, from: from - LEARNING_HOURS * HOUR_SECONDS, to });
  const minutesOf = ticks.filter(({ time }) => time >= from);
  if (minutesOf.length === 0) throw new StudyError(`${crash.source.file} holds nothing of ${crash.name}`);
  const before = ticks.filter(({ time }) => time < from && time % HOUR_SECONDS === 0);
  return { name: crash.name, lotE18: crash.lotE18, before, minutes: minutesOf };
}
