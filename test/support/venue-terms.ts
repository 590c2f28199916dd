import { ONE } from "../../scripts/venue-study/house.ts";

/** Seconds that a price may be old: to open, close, liquidate, withdraw, deleverage, lift. */
export const MAX_AGES = [60, 300, 60, 60, 30, 60];

/** A market small enough for a few deals to reach its caps. Amounts in units, rates in parts per million. */
export const PARAMS = {
  initialPpm: 50_000n,
  openInterestLow: 20_000n * ONE,
  openInterestHigh: 200_000n * ONE,
  openInterestCap: 150_000n * ONE,
  concentrationUnits: 400_000n * ONE,
  assetClass: 0n,
  fillBandPpm: 50_000n,
  saneBandPpm: 1_000_000_000n,
  takerFeePpm: 500n,
  makerFeePpm: 200n,
  fundSharePpm: 300_000n,
  fundingCapPpm: 20_000n,
  discountLowPpm: 5_000n,
  discountHighPpm: 20_000n,
  liquidationFeePpm: 5_000n,
  closePpm: 500_000n,
  throttlePpm: 1_000_000n,
  haircutCapPpm: 400_000n,
  fundDrawPpm: 500_000n,
  sharedDrawPpm: 300_000n,
  minimumLots: 10n,
};
export const MAINTENANCE_PPM = 25_000n;
