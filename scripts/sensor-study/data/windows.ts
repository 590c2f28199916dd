import type { SeriesSource } from "./read-series.ts";

/** Prices of one asset, from one file or from several that follow one another. */
export interface Series {
  readonly name: string;
  readonly sources: readonly SeriesSource[];
}

/** A span of a series: midnights, UTC, the second not included. */
export interface Window {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

export interface Market {
  readonly series: Series;
  readonly calm: readonly Window[];
  readonly crises: readonly Window[];
}

const MINUTE = 60;
const FIVE_MINUTES = 300;
const HOUR = 3_600;

/** The control days of the data's own README. */
const CALM: readonly Window[] = [
  { name: "2020-07", from: "2020-07-01", to: "2020-07-22" },
  { name: "2020-10", from: "2020-10-01", to: "2020-10-22" },
  { name: "2021-10", from: "2021-10-01", to: "2021-10-16" },
  { name: "2022-10", from: "2022-10-01", to: "2022-10-22" },
  { name: "2023-01", from: "2023-01-01", to: "2023-01-11" },
  { name: "2023-06", from: "2023-06-01", to: "2023-07-01" },
];

const COVID: Window = { name: "COVID 2020-03", from: "2020-03-12", to: "2020-03-17" };
const CHINA: Window = { name: "China 2021-05", from: "2021-05-12", to: "2021-05-25" };
const LUNA: Window = { name: "LUNA 2022-05", from: "2022-05-08", to: "2022-05-14" };
const THREE_ARROWS: Window = { name: "3AC 2022-06", from: "2022-06-11", to: "2022-06-20" };
const FTX: Window = { name: "FTX 2022-11", from: "2022-11-07", to: "2022-11-13" };
const SVB: Window = { name: "SVB 2023-03", from: "2023-03-09", to: "2023-03-15" };

export const BTC: Market = {
  series: {
    name: "BTC",
    sources: [{ file: "ohlcv_5m/bitmex_XBTUSD_5m_20200101_20230707.csv.gz", barSeconds: FIVE_MINUTES }],
  },
  calm: CALM,
  crises: [COVID, CHINA, LUNA, THREE_ARROWS, FTX, SVB],
};

/** A market of its own for each file and each control window: between two of them lie months. */
export const BTC_MINUTES: readonly Market[] = [
  btcMinutes("202003_black_thursday", { crises: [COVID] }),
  btcMinutes("202105", { crises: [CHINA] }),
  btcMinutes("202205_202206_luna_3ac", { crises: [LUNA, THREE_ARROWS] }),
  btcMinutes("202211_ftx", { crises: [FTX] }),
  btcMinutes("202303_usdc_svb", { crises: [SVB] }),
  ...CALM.map((window) => btcMinutes("control_calm", { calm: [window], within: window })),
];

function btcMinutes(
  file: string,
  { calm = [], crises = [], within }: Partial<Omit<Market, "series">> & { readonly within?: Window },
): Market {
  const source = { file: `ohlcv_1m/bitmex_XBTUSD_1m_${file}.csv.gz`, barSeconds: MINUTE };
  const span = within === undefined ? {} : { from: midnightOf(within.from), to: midnightOf(within.to) };
  return { series: { name: "BTC", sources: [{ ...source, ...span }] }, calm, crises };
}

export const ETH_2020: Market = {
  series: {
    name: "ETH",
    sources: [{ file: "ohlcv_5m/binance_spot_ETHUSDT_5m_20200210_20200331.csv.gz", barSeconds: FIVE_MINUTES }],
  },
  calm: [],
  crises: [COVID],
};

export const ETH_2021: Market = {
  series: {
    name: "ETH",
    sources: [{ file: "ohlcv_5m/binance_spot_ETHUSDT_5m_20201201_20210717.csv.gz", barSeconds: FIVE_MINUTES }],
  },
  calm: [],
  crises: [CHINA],
};

export const ETH_2022: Market = {
  series: {
    name: "ETH",
    sources: [
      { file: "ohlcv_5m/binance_spot_ETHUSDT_5m_20220101_20220804.csv.gz", barSeconds: FIVE_MINUTES },
      { file: "ohlcv_5m/binance_spot_ETHUSDT_5m_20220801_20230331.csv.gz", barSeconds: FIVE_MINUTES },
    ],
  },
  calm: CALM.filter(({ name }) => name === "2022-10" || name === "2023-01"),
  crises: [LUNA, THREE_ARROWS, FTX, SVB],
};

export const LUNA_ITSELF: Market = {
  series: {
    name: "LUNA",
    sources: [{ file: "ohlcv_1h_up/binance_spot_LUNAUSDT_1h_20220101_20220711.csv.gz", barSeconds: HOUR }],
  },
  calm: [],
  crises: [LUNA],
};

const ALTS_FILE = "ohlcv_1h_up/binance_spot_alts8_1h_2022luna_3ac_ftx.csv.gz";
const ALT_SYMBOLS = [
  "ADAUSDT",
  "AVAXUSDT",
  "BNBUSDT",
  "DOGEUSDT",
  "DOTUSDT",
  "LINKUSDT",
  "SOLUSDT",
  "XRPUSDT",
] as const;

/** Only the months of crises are recorded of these: the quieter weeks after them stand in for calm. */
const BETWEEN: readonly Window[] = [
  { name: "after LUNA", from: "2022-05-22", to: "2022-06-10" },
  { name: "after FTX", from: "2022-11-18", to: "2022-12-01" },
];

export const ALTS: readonly Market[] = ALT_SYMBOLS.map((symbol) => ({
  series: { name: symbol.replace("USDT", ""), sources: [{ file: ALTS_FILE, barSeconds: HOUR, symbol }] },
  calm: BETWEEN,
  crises: [LUNA, THREE_ARROWS, FTX],
}));

const STABLE_CALM: readonly Window[] = [{ name: "2022-08 to 10", from: "2022-08-01", to: "2022-11-01" }];

function stable(name: string, crises: readonly Window[]): Market {
  const source = { file: `stable_lst_hourly/coingecko_${name}_usd_1h.csv.gz`, barSeconds: 0 };
  return { series: { name, sources: [source] }, calm: STABLE_CALM, crises };
}

export const STABLES: readonly Market[] = [
  { ...stable("UST", [LUNA]), calm: [] },
  stable("USDT", [LUNA]),
  stable("USDC", []),
  stable("DAI", []),
];

/** USDC in dollars: what a bitcoin cost in dollars over what it cost in USDC, at one venue in the same minute. */
export const USDC_MINUTES: Market = {
  series: {
    name: "USDC",
    sources: [
      {
        file: "multi_venue_usdc_depeg_2023/binanceus_spot_BTCUSD_1m_20230308_20230321.csv.gz",
        dividedBy: "multi_venue_usdc_depeg_2023/binanceus_spot_BTCUSDC_1m_20230308_20230321.csv.gz",
        barSeconds: MINUTE,
      },
    ],
  },
  calm: [
    { name: "before SVB", from: "2023-03-08", to: "2023-03-10" },
    { name: "after SVB", from: "2023-03-16", to: "2023-03-22" },
  ],
  crises: [{ name: "SVB 2023-03", from: "2023-03-10", to: "2023-03-15" }],
};

export const MAJOR_MARKETS: readonly Market[] = [BTC, ETH_2020, ETH_2021, ETH_2022];

/** Unix seconds of a midnight written as a date. */
export function midnightOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 1_000;
}
