import { z } from "zod";

import { CAUSES } from "../relayer/domain/incident/hub-event.ts";
import { AddressSchema, MarketIdSchema, RungsSchema } from "./schema.ts";

/**
 * Parameters of the contracts that a network may have besides hub, aggregator and price band. Each section that is there
 * is deployed, and each that is left out is not. Fields are named as the contracts' structs name them, and each is held
 * to its type here; the tighter bounds are the contracts', which refuse with the value and the bound.
 */

const uint = (bits: 8 | 16 | 24 | 32) =>
  z
    .int()
    .min(0)
    .max(2 ** bits - 1);
const seconds = uint(24);
const wei = z.string().regex(/^\d+$/, "must be an amount in wei, as decimal text");
const accounts = z.array(AddressSchema).min(1).max(32);

/** What a sensor may assert, and for which markets; every priced market unless given. */
export const GrantSchema = z.strictObject({
  cause: z.enum(CAUSES),
  localCeiling: RungsSchema,
  meshCeiling: RungsSchema,
  markets: z.array(MarketIdSchema).min(1).optional(),
});
export type Grant = z.output<typeof GrantSchema>;

/** By the number of the market. */
export const perMarket = <Schema extends z.ZodType>(schema: Schema) =>
  z.record(z.string().regex(/^(0|[1-9]\d?)$/, "must be the number of a market"), schema);

const VolatilitySchema = z.strictObject({
  grant: GrantSchema,
  model: z.strictObject({
    fastSeconds: uint(32),
    middleSeconds: uint(32),
    slowSeconds: uint(32),
    fastPowerE6: uint(32),
    middlePowerE6: uint(32),
    slowPowerE6: uint(32),
    scaleE6: z
      .int()
      .min(-(2 ** 31))
      .max(2 ** 31 - 1),
    clipSigmas: uint(8),
    gapSeconds: uint(32),
    fallSeconds: uint(32),
  }),
  markets: perMarket(
    z.strictObject({
      multiplierMilli: uint(16),
      periodSeconds: seconds,
      baseBps: uint(16),
      m1Bps: uint(16),
      m2Bps: uint(16),
      m3Bps: uint(16),
      m4Bps: uint(16),
      longRunVolatilityE6: uint(24),
      stressedVolatilityE6: uint(24),
      stressWeightBps: uint(16),
      bufferBps: uint(16),
      seedMaxAgeSeconds: uint(8),
    }),
  ),
});

const DrawdownSchema = z.strictObject({
  grant: GrantSchema,
  markets: perMarket(
    z.strictObject({
      shortTier1Bps: uint(16),
      shortTier2Bps: uint(16),
      shortTier3Bps: uint(16),
      longTier1Bps: uint(16),
      longTier2Bps: uint(16),
      longTier3Bps: uint(16),
      tier1Rungs: RungsSchema,
      tier2Rungs: RungsSchema,
      tier3Rungs: RungsSchema,
      shortBucketSeconds: seconds,
      longBucketSeconds: seconds,
      clipBps: uint(16),
      gapSeconds: uint(16),
      seedMaxAgeSeconds: uint(8),
    }),
  ),
});

const OracleHealthSchema = z.strictObject({
  grant: GrantSchema,
  markets: perMarket(
    z.strictObject({
      expectedCount: uint(8),
      staleSeconds: seconds,
      dispersedBps: uint(16),
      persistSeconds: seconds,
      memorySeconds: seconds,
      missingRungs: RungsSchema,
      staleRungs: RungsSchema,
      dispersedRungs: RungsSchema,
      noPriceRungs: RungsSchema,
      sequencerRungs: RungsSchema,
    }),
  ),
});

const SilenceSchema = z.strictObject({
  grant: GrantSchema,
  parameters: z.strictObject({ market: MarketIdSchema, silenceSeconds: seconds, rungs: RungsSchema }),
});

const sensorName = z.enum([
  "PriceBandSensor",
  "VolatilitySensor",
  "DrawdownSensor",
  "OracleHealthSensor",
  "SilenceSensor",
  "OutflowSensor",
  "SolvencySensor",
]);

const CorroborationSchema = z.strictObject({
  grant: GrantSchema,
  /** Sensors whose classes are counted. */
  witnesses: z.array(sensorName).min(2),
  markets: perMarket(
    z.strictObject({ classes: uint(8), windowSeconds: seconds, counted: RungsSchema, asserted: RungsSchema }),
  ),
});

const DrillSchema = z.strictObject({ grant: GrantSchema, intervalSeconds: seconds });

/** Besides the price band. */
export const FURTHER_SENSORS = {
  VolatilitySensor: VolatilitySchema.optional(),
  DrawdownSensor: DrawdownSchema.optional(),
  OracleHealthSensor: OracleHealthSchema.optional(),
  SilenceSensor: SilenceSchema.optional(),
  CorroborationSensor: CorroborationSchema.optional(),
  DrillSensor: DrillSchema.optional(),
};

const ActionSchema = z.strictObject({
  maxAgeSeconds: seconds,
  maxConfidenceBps: uint(16),
  needsSequencer: z.boolean(),
});

/** What each action asks of a price, in every market. */
export const MatrixSchema = z.strictObject({
  open: ActionSchema,
  close: ActionSchema,
  liquidate: ActionSchema,
  withdraw: ActionSchema,
  deleverage: ActionSchema,
  lift: ActionSchema,
});

/** The hub's lift gate. A market is fresh by its own price, the whole protocol by as many as `leastMarkets`. */
export const FreshnessSchema = z.strictObject({
  pace: z.strictObject({ observations: uint(8), minGapSeconds: uint(16), maxAgeSeconds: seconds }),
  leastMarkets: z.int().min(1).max(31),
});

const JobSchema = z.strictObject({
  contract: z.enum([
    ...sensorName.options,
    "CorroborationSensor",
    "DrillSensor",
    "IncidentHub",
    "FreshnessGate",
    "PublicAlarm",
    "endpoint",
  ]),
  /** As in Solidity: "poke(uint8)". */
  function: z.string().regex(/^[a-zA-Z]\w*\([\w,()[\]]*\)$/, 'must be a signature, as "poke(uint8)"'),
  isUrgent: z.boolean(),
  keyWord: uint(8),
  hubWord: uint(8),
  gasCap: uint(32),
  overheadGas: uint(32),
  repeatSeconds: uint(32),
  refreshSeconds: uint(32),
  perDay: wei,
});

export const TreasurySchema = z.strictObject({
  mostPerDay: wei,
  fundingEther: z.string().regex(/^\d+(\.\d+)?$/, "must be an amount in ether"),
  budget: z.strictObject({
    perHour: wei,
    perDay: wei,
    reserveBps: uint(16),
    premiumBps: uint(16),
    tipBps: uint(16),
    maxGasPrice: wei,
  }),
  jobs: z.array(JobSchema).max(64),
});

export const AlarmSchema = z.strictObject({
  grant: GrantSchema,
  minBond: wei,
  maxBond: wei,
  parameters: z.strictObject({
    bond: wei,
    reward: wei,
    windowSeconds: seconds,
    settlerBps: uint(16),
    rewardsPerDay: wei,
  }),
  /** Sensors whose assertion confirms an alarm. */
  confirmedBy: z.array(sensorName).min(1).max(8),
});

export const CouncilSchema = z.strictObject({
  grant: GrantSchema,
  members: accounts,
  guardians: accounts,
  uses: uint(8),
  threshold: uint(8),
  voidDelaySeconds: uint(32),
});

export const GovernanceSchema = z.strictObject({
  root: AddressSchema,
  rootDelaySeconds: uint(32),
  proposers: accounts,
  tighteners: accounts,
  guardians: accounts,
  delaySeconds: uint(32),
  expirySeconds: uint(32),
  capBps: uint(16),
});

/** The market of drills, the same everywhere: see `DrillSensor.sol`. */
export const DRILL_MARKET = 31;
