import { ZeroAddress } from "ethers";
import { z } from "zod";

import { AddressSchema, ChainNameSchema } from "./schema.ts";

/** The reference venue: fields as `IClearingMarkets.MarketParams` names them. Bounds between them are the contract's. */

const PPM = 1_000_000;
/** As many as 40 bits hold. */
const MOST_LOTS = 0xff_ffff_ffff;
const ppm = z.int().min(0).max(PPM);
/** Of base or of units of collateral: too large for a number. */
const amount = z.string().regex(/^\d+$/, "must be an amount, as decimal text");

const VenueMarketSchema = z.strictObject({
  /** What the scripted feeds of a devnet say first, in quote: a market is listed at a price. */
  firstPrice: z.int().min(1).optional(),
  /** Maintenance margin at listing; later it moves by a ramp that governance decides. */
  maintenancePpm: ppm,
  lotE18: amount,
  initialPpm: ppm,
  openInterestLow: amount,
  openInterestHigh: amount,
  openInterestCap: amount,
  concentrationUnits: amount,
  assetClass: z.int().min(0).max(7),
  fillBandPpm: ppm,
  saneBandPpm: z.int().min(1).max(0xffff_ffff),
  takerFeePpm: ppm,
  makerFeePpm: ppm,
  fundSharePpm: ppm,
  fundingCapPpm: ppm,
  discountLowPpm: ppm,
  discountHighPpm: ppm,
  liquidationFeePpm: ppm,
  closePpm: ppm,
  throttlePpm: ppm,
  haircutCapPpm: ppm,
  fundDrawPpm: ppm,
  sharedDrawPpm: ppm,
  /** Smallest position, in lots; zero for any. */
  minimumLots: z.int().min(0).max(MOST_LOTS),
});
export type VenueMarket = z.output<typeof VenueMarketSchema>;

export const VenueSchema = z.strictObject({
  collateral: z.strictObject({
    decimals: z.int().min(0).max(36),
    /** The token on each chain. Without it the task deploys one of which anybody may mint, which a live network refuses. */
    at: z.record(ChainNameSchema, AddressSchema).optional(),
  }),
  markets: z.record(z.string().regex(/^[1-9]\d?$/, "must be the number of a priced market"), VenueMarketSchema),
  /** By asset class; what is not named offsets nothing. */
  classOffsetsPpm: z.record(z.string().regex(/^[0-7]$/, "must be an asset class, 0 to 7"), ppm).default({}),
  /** Of all deposits, in an hour, at each breaker rung. */
  withdrawalLimitsPpm: z.tuple([ppm, ppm, ppm, ppm]),
  /** Nobody, unless given. */
  envelopeSetter: AddressSchema.default(ZeroAddress),
});
export type VenueParameters = z.output<typeof VenueSchema>;
