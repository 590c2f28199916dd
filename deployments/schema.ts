import { isAddress } from "ethers";
import { z } from "zod";

import { BREAKER_RUNGS, MARGIN_RUNGS, type Rungs, rungsOf } from "../relayer/domain/incident/rungs.ts";

/** Parts that parameters and records share. */

export const AddressSchema = z.string().refine((text) => isAddress(text), "must be an address");
export const Bytes32Schema = z.string().regex(/^0x[0-9a-fA-F]{64}$/, "must be 0x and 64 hex digits");

export const ChainNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be lower case letters, digits and hyphens");

/** Markets are 0 (the whole protocol) to 31. */
export const MarketIdSchema = z.int().min(0).max(31);

export const RungsSchema = z.strictObject({ breaker: z.enum(BREAKER_RUNGS), margin: z.enum(MARGIN_RUNGS) });

const leaseSeconds = z.int().min(1).max(0xffff_ffff);

/** Seconds for which an assertion of each rung stays in force. Whether they make sense together is `findLeaseFault`'s. */
export const LeasesSchema = z.strictObject({
  caution: leaseSeconds,
  reduceOnly: leaseSeconds,
  halted: leaseSeconds,
  m1: leaseSeconds,
  m2: leaseSeconds,
  m3: leaseSeconds,
  m4: leaseSeconds,
});

/** Highest rungs that each kind of messenger can cause, and how many operators make a quorum. */
export const LimitsSchema = z.strictObject({
  peerCeiling: RungsSchema,
  soloCeiling: RungsSchema,
  quorumCeiling: RungsSchema,
  quorum: z.int().min(2).max(32),
});

export type RungsInWords = z.output<typeof RungsSchema>;
export type LimitsInWords = z.output<typeof LimitsSchema>;

/** The byte that the contracts hold for `words`. */
export function packRungs(words: RungsInWords): Rungs {
  const rungs = rungsOf(BREAKER_RUNGS.indexOf(words.breaker), MARGIN_RUNGS.indexOf(words.margin));
  // The schema admits only names on the ladders.
  return rungs ?? (0 as Rungs);
}

/** Limits as the hub takes them. */
export function packLimits(limits: LimitsInWords) {
  return {
    peerCeiling: packRungs(limits.peerCeiling),
    soloCeiling: packRungs(limits.soloCeiling),
    quorumCeiling: packRungs(limits.quorumCeiling),
    quorum: limits.quorum,
  };
}
