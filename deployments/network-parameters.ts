import { fileURLToPath } from "node:url";
import { z } from "zod";

import { findLeaseFault, packLeases } from "../relayer/domain/incident/leases.ts";
import { CAUSES } from "../relayer/domain/incident/hub-event.ts";
import { readJsonFile } from "./json-file.ts";
import { AddressSchema, Bytes32Schema, LeasesSchema, LimitsSchema, MarketIdSchema, RungsSchema } from "./schema.ts";

/** What goes in: everything about a network that a person decides. Addresses come out, in its record. */

const seconds = z.int().min(1).max(0xff_ffff);
const bps = z.int().min(1).max(65_535);

const TierSchema = z.strictObject({ bps, holdSeconds: seconds, rungs: RungsSchema });

/** The price band of one market: see `IPriceBandSensor.BandParameters`. */
const BandSchema = z.strictObject({
  tiers: z.tuple([TierSchema, TierSchema, TierSchema]),
  /** Time constant of the reference. */
  tauSeconds: seconds,
  clipBps: bps,
  anchor: z.strictObject({ upBps: bps, downBps: bps, seconds }),
  seedMaxAgeSeconds: z.int().min(1).max(255),
  minGapSeconds: z.int().min(1).max(255),
});

const FeedSchema = z.strictObject({
  decimals: z.int().min(0).max(36),
  maxAgeSeconds: z.int().min(1).max(0xffff_ffff),
  weight: z.int().min(0).max(65_535),
});

const PricedMarketSchema = z.strictObject({
  id: MarketIdSchema.min(1),
  name: z.string().min(1),
  feeds: z.array(FeedSchema).min(1),
  minFeeds: z.int().min(1),
  band: BandSchema,
});

const GrantSchema = z.strictObject({ cause: z.enum(CAUSES), localCeiling: RungsSchema, meshCeiling: RungsSchema });

const MessagingSchema = z.strictObject({
  /** Blocks that a DVN waits for, on every pathway. */
  confirmations: z.int().min(1),
  maxMessageBytes: z.int().min(1_000),
  /** Native coin that each hub starts with, in ether: it pays for its own messages. */
  hubFundingEther: z.string().regex(/^\d+(\.\d+)?$/, "must be an amount in ether"),
});

export const NetworkParametersSchema = z
  .strictObject({
    version: z.literal(1),
    network: z.string().min(1),
    meshId: Bytes32Schema,
    leases: LeasesSchema,
    limits: LimitsSchema,
    operators: z.array(AddressSchema).max(32),
    /** Market 0, the whole protocol, exists always and has no price. */
    markets: z.array(PricedMarketSchema).min(1).max(31),
    sensors: z.strictObject({ PriceBandSensor: GrantSchema }),
    messaging: MessagingSchema,
  })
  .superRefine((network, context) => {
    const fault = findLeaseFault(packLeases(network.leases));
    const isOutOfOrder = "out of bounds, or longer than the lease of the rung below it";
    if (fault) context.addIssue({ code: "custom", path: ["leases"], message: `lane ${fault.lane} is ${isOutOfOrder}` });
    if (network.operators.length < network.limits.quorum) {
      context.addIssue({ code: "custom", path: ["operators"], message: "must be as many as make a quorum" });
    }
    if (new Set(network.markets.map(({ id }) => id)).size !== network.markets.length) {
      context.addIssue({ code: "custom", path: ["markets"], message: "must not name a market twice" });
    }
  });

export type NetworkParameters = z.output<typeof NetworkParametersSchema>;
export type PricedMarket = NetworkParameters["markets"][number];

/**
 * Parameters of `network`, from `networks/<network>.json`.
 * @throws SetupError "config" when the file cannot be read or a field is wrong.
 */
export function readNetworkParameters(network: string): NetworkParameters {
  return readJsonFile(fileURLToPath(new URL(`networks/${network}.json`, import.meta.url)), NetworkParametersSchema);
}
