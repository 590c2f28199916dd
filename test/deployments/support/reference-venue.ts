import type { NetworkParameters } from "../../../deployments/network-parameters.ts";
import type { VenueFund, VenueMarket, VenueParameters } from "../../../deployments/venue-parameters.ts";

const MILLION = 1_000_000_000_000n;
const DAY = 86_400;

/** What a desk allows in each market. */
export const DESK_LIMITS = {
  openInterestCap: { leastUnits: "1000000", mostUnits: String(10n * MILLION), mostSeconds: 7_200 },
  deleveragingBudget: { leastUnits: "0", mostUnits: String(MILLION), mostSeconds: 3_600 },
  insuranceMove: { leastUnits: "1", mostUnits: String(MILLION), mostUnitsDaily: String(2n * MILLION) },
};

/** The standard preset. */
const SOLVENCY = {
  equity1Bps: 10,
  equity2Bps: 50,
  equity3Bps: 200,
  target1Bps: 7_500,
  target2Bps: 5_000,
  target3Bps: 2_500,
  stress1Bps: 10_000,
  stress2Bps: 5_000,
  stress3Bps: 2_500,
  drawdownBps: 2_000,
  drawdownSeconds: 600,
  blindSeconds: 1_800,
  tier1Rungs: { breaker: "caution", margin: "m1" },
  tier2Rungs: { breaker: "reduce-only", margin: "m2" },
  tier3Rungs: { breaker: "reduce-only", margin: "m3" },
  dust: "1000000",
} as const;

/** A market of a venue that takes a token of six decimals. */
export const VENUE_MARKET: VenueMarket = {
  firstPrice: 10_000,
  maintenancePpm: 30_000,
  lotE18: String(10n ** 14n),
  initialPpm: 50_000,
  openInterestLow: String(MILLION),
  openInterestHigh: String(20n * MILLION),
  openInterestCap: String(10n * MILLION),
  concentrationUnits: String(50n * MILLION),
  assetClass: 0,
  fillBandPpm: 50_000,
  saneBandPpm: 200_000,
  takerFeePpm: 450,
  makerFeePpm: 150,
  fundSharePpm: 300_000,
  fundingCapPpm: 20_000,
  discountLowPpm: 2_500,
  discountHighPpm: 15_000,
  liquidationFeePpm: 5_000,
  closePpm: 250_000,
  throttlePpm: 200_000,
  haircutCapPpm: 400_000,
  fundDrawPpm: 500_000,
  sharedDrawPpm: 300_000,
  minimumLots: 10,
  deleveraging: "pro-rata",
};

/** Terms of the fund of such a market. */
const MARKET_FUND: VenueFund = {
  vault: { name: "Cordon market insurance", symbol: "cmINS" },
  terms: {
    gapPpm: 250_000,
    concentrationPpm: 200_000,
    rebatePpm: 100_000,
    movePpm: 100_000,
    rewardUnits: "1000000",
    floorUnits: "0",
  },
};

/** The shared fund has no gap of its own. */
const SHARED_FUND: VenueFund = {
  vault: { name: "Cordon shared insurance", symbol: "csINS" },
  terms: { ...MARKET_FUND.terms, gapPpm: 0, concentrationPpm: 0, rebatePpm: 0, floorUnits: "1000000" },
};

/** The venue's section with every one of `markets`, which all cost the same. */
export function referenceVenue(markets: readonly number[]): VenueParameters {
  return {
    collateral: { decimals: 6 },
    markets: Object.fromEntries(markets.map((id) => [String(id), VENUE_MARKET])),
    classOffsetsPpm: { "0": 600_000 },
    withdrawalLimitsPpm: [1_000_000, 200_000, 50_000, 20_000],
    funds: Object.fromEntries([["0", SHARED_FUND], ...markets.map((id) => [String(id), MARKET_FUND] as const)]),
    exit: { noticeSeconds: [4 * DAY, 8 * DAY, 16 * DAY], limitsPpm: [200_000, 40_000, 5_000] },
    desk: {
      markets: {
        "0": { insuranceMove: { leastUnits: "1", mostUnits: String(MILLION), mostUnitsDaily: String(2n * MILLION) } },
        ...Object.fromEntries(markets.map((id) => [String(id), DESK_LIMITS])),
      },
    },
  };
}

/** Sensors that watch it: flows of all of it, and the solvency of every market and of all together. */
export function venueSensors(
  markets: readonly number[],
): Pick<NetworkParameters["sensors"], "OutflowSensor" | "SolvencySensor"> {
  const calm = { breaker: "normal", margin: "base" } as const;
  const reduceOnly = { breaker: "reduce-only", margin: "m1" } as const;
  const halted = { breaker: "halted", margin: "m2" } as const;
  const all = [0, ...markets];
  return {
    OutflowSensor: {
      grant: { cause: "outflow", localCeiling: halted, meshCeiling: calm, markets: [0] },
      unit: "1",
      markets: {
        "0": {
          shortFloor: String(MILLION / 10n),
          longFloor: String(MILLION),
          shortBps: 100,
          longBps: 1_000,
          shortSeconds: 3_600,
          longSeconds: DAY,
          creditBps: 10_000,
          severeFactor: 5,
          shortRungs: { breaker: "caution", margin: "base" },
          longRungs: reduceOnly,
          severeRungs: halted,
        },
      },
    },
    SolvencySensor: {
      grant: { cause: "solvency", localCeiling: halted, meshCeiling: reduceOnly, markets: all },
      mostDust: String(MILLION),
      markets: Object.fromEntries(all.map((id) => [String(id), SOLVENCY])),
    },
  };
}
