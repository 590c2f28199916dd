import { ZeroAddress } from "ethers";

import type { VenueMarket, VenueParameters } from "../../../deployments/venue-parameters.ts";

const MILLION = 1_000_000_000_000n;

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
};

/** The venue's section with every one of `markets`, which all cost the same. */
export function referenceVenue(markets: readonly number[]): VenueParameters {
  return {
    collateral: { decimals: 6 },
    markets: Object.fromEntries(markets.map((id) => [String(id), VENUE_MARKET])),
    classOffsetsPpm: { "0": 600_000 },
    withdrawalLimitsPpm: [1_000_000, 200_000, 50_000, 20_000],
    envelopeSetter: ZeroAddress,
  };
}
