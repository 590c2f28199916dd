import { z } from "zod";

import { GrantSchema, perMarket } from "./incident-parameters.ts";
import { AddressSchema, ChainNameSchema, RungsSchema } from "./schema.ts";

/**
 * The reference venue and what watches it: fields as the contracts' structs name them (`IClearingMarkets`, `IClearingFunds`,
 * `IOperatorDesk`, the sensors' own). Bounds between them are the contracts'.
 */

const PPM = 1_000_000;
/** In the order of the contract's enumeration. */
export const DELEVERAGING_MODES = ["pro-rata", "ranked"] as const;
/** As many as 40 bits hold. */
const MOST_LOTS = 0xff_ffff_ffff;
const ppm = z.int().min(0).max(PPM);
/** Of base or of units of collateral: too large for a number. */
const amount = z.string().regex(/^\d+$/, "must be an amount, as decimal text");
const seconds = z.int().min(0).max(0xffff_ffff);
const bps = z.int().min(0).max(0xffff);
const windowSeconds = z.int().min(0).max(0xff_ffff);
const DAY_SECONDS = 86_400;
/** What the house begins with: docs/clearing.md, "Insurance". */
export const EXIT_TERMS = {
  noticeSeconds: [3 * DAY_SECONDS, 7 * DAY_SECONDS, 14 * DAY_SECONDS],
  limitsPpm: [250_000, 50_000, 10_000],
} as const;

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
  /** Whom deleveraging asks first. */
  deleveraging: z.enum(DELEVERAGING_MODES).default("pro-rata"),
});
export type VenueMarket = z.output<typeof VenueMarketSchema>;

/** An insurance fund: that of a market, or the shared one of market 0. */
const FundSchema = z.strictObject({
  /** Its shares. Without a vault the fund is nobody's. */
  vault: z.strictObject({ name: z.string().min(1), symbol: z.string().min(1) }).optional(),
  terms: z.strictObject({
    gapPpm: ppm,
    concentrationPpm: ppm,
    rebatePpm: ppm,
    movePpm: ppm,
    rewardUnits: amount,
    floorUnits: amount,
  }),
});
export type VenueFund = z.output<typeof FundSchema>;

const envelopeLimits = z.strictObject({ leastUnits: amount, mostUnits: amount, mostSeconds: seconds });

/** What a quorum of operators may instruct the venue to do, by market. What is left out they may not. */
const DeskSchema = z.strictObject({
  markets: perMarket(
    z.strictObject({
      openInterestCap: envelopeLimits.optional(),
      deleveragingBudget: envelopeLimits.optional(),
      insuranceMove: z.strictObject({ leastUnits: amount, mostUnits: amount, mostUnitsDaily: amount }).optional(),
    }),
  ),
});
export type VenueDesk = z.output<typeof DeskSchema>;

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
  /** Insurance funds; one that is not named has no vault and no terms. */
  funds: perMarket(FundSchema).default({}),
  /** How fast holders leave their funds, at breaker rung normal, caution and reduce-only. */
  exit: z
    .strictObject({ noticeSeconds: z.tuple([seconds, seconds, seconds]), limitsPpm: z.tuple([ppm, ppm, ppm]) })
    .default({ noticeSeconds: [...EXIT_TERMS.noticeSeconds], limitsPpm: [...EXIT_TERMS.limitsPpm] }),
  /** A desk for operators' instructions, which then sets envelopes and moves insurance. */
  desk: DeskSchema.optional(),
  /** Who sets envelopes and moves insurance where there is no desk; nobody, unless given. */
  envelopeSetter: AddressSchema.optional(),
  insuranceMover: AddressSchema.optional(),
});
export type VenueParameters = z.output<typeof VenueSchema>;

const OutflowSchema = z.strictObject({
  grant: GrantSchema,
  /** Base units of the token that one unit of the sensor stands for. */
  unit: amount,
  /** The house's collateral is cross margin, and so its flows are those of market 0. */
  markets: z.strictObject({
    "0": z.strictObject({
      shortFloor: amount,
      longFloor: amount,
      shortBps: bps,
      longBps: bps,
      shortSeconds: windowSeconds,
      longSeconds: windowSeconds,
      creditBps: bps,
      severeFactor: z.int().min(0).max(255),
      shortRungs: RungsSchema,
      longRungs: RungsSchema,
      severeRungs: RungsSchema,
    }),
  }),
});

const SolvencySchema = z.strictObject({
  grant: GrantSchema,
  mostDust: amount,
  /** Each is read from the house. */
  markets: perMarket(
    z.strictObject({
      equity1Bps: bps,
      equity2Bps: bps,
      equity3Bps: bps,
      target1Bps: bps,
      target2Bps: bps,
      target3Bps: bps,
      stress1Bps: bps,
      stress2Bps: bps,
      stress3Bps: bps,
      drawdownBps: bps,
      drawdownSeconds: windowSeconds,
      blindSeconds: windowSeconds,
      tier1Rungs: RungsSchema,
      tier2Rungs: RungsSchema,
      tier3Rungs: RungsSchema,
      dust: amount,
    }),
  ),
});

/** Sensors that watch the venue. */
export const VENUE_SENSORS = { OutflowSensor: OutflowSchema.optional(), SolvencySensor: SolvencySchema.optional() };
