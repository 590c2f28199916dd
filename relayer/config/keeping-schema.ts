import { z } from "zod";

import { MARKETS } from "../domain/incident/posture.ts";
import { address, expected, SecretRefSchema, whole } from "./field.ts";

const wei = (what: string) =>
  z
    .string(expected(`${what}, in wei, as decimal digits in quotes`))
    .regex(/^\d{1,30}$/, expected(`${what}, in wei, as decimal digits in quotes`))
    .transform(BigInt);
const signedWei = (what: string) =>
  z
    .string(expected(`${what}, in wei, as decimal digits in quotes`))
    .regex(/^-?\d{1,30}$/, expected(`${what}, in wei, as decimal digits in quotes`))
    .transform(BigInt);

/** What keepers find on one chain. */
export const ChainKeepingSchema = z.strictObject({
  sensors: z
    .array(
      z.strictObject({
        address: address("the sensor's address"),
        markets: z.array(whole("a market", 0, MARKETS - 1)).min(1, "must name at least one market"),
      }),
      expected('a list of {"address": sensor, "markets": [numbers]}'),
    )
    .max(64, "must be at most 64")
    .default([]),
  /** Looks at one peer at a time. */
  silenceSensors: z.array(address("the silence sensor's address")).max(4, "must be at most 4").default([]),
  /** Pays for what keepers do. */
  treasury: address("the KeeperTreasury's address").optional(),
});

/** How LayerZero packets are followed. */
export const MessagesSchema = z.strictObject({
  /** Blocks before the finalised one from which on packets are read at a start. */
  lookbackBlocks: whole("how many blocks back packets are read at a start", 0, 1_000_000).default(10_000),
  stuckAfterSeconds: whole("the age at which an unverified packet counts as stuck", 1, 86_400).default(1_800),
});

/** What is done besides tightening, and what it may cost on each chain. */
export const KeepingSchema = z.strictObject(
  {
    /** Pays for errands. Not the relayer's wallet: no errand may stand before a halt in a line of nonces. */
    wallet: SecretRefSchema,
    everyMs: whole("how often there is a look at what is to do, in milliseconds", 100, 600_000).default(5_000),
    /** LayerZero's own executor is waited for so long, counted anew in each state of a packet. */
    deliverAfterSeconds: whole("how long LayerZero's own executor is waited for", 0, 86_400).default(120),
    failuresMax: whole("how many executions of one packet may fail", 1, 20).default(5),
    maxExecutionGas: whole("most gas of one execution", 100_000, 30_000_000).default(5_000_000),
    /** What failed, or was refused by a limit, is not looked at again for so long. */
    retryAfterSeconds: whole("the pause after a failure", 1, 3_600).default(60),
    /** Without chores packets are delivered, and that is all. */
    hasChores: z.boolean(expected("true or false")).default(true),
    /** A sensor whose condition still holds asserts again after so long. */
    reassertSeconds: whole("the age at which a rung is asserted again", 60, 43_200).default(900),
    /** A sensor without anything to assert is poked so often; 0: never. */
    refreshSeconds: whole("how often a calm sensor is poked", 0, 86_400).default(0),
    perDayWei: wei("what may be spent on a chain in a day").prefault("50000000000000000"),
    choresPerDayWei: wei("the part of it that chores may use").prefault("20000000000000000"),
    reserveWei: wei("what chores and gifts leave for messages").prefault("20000000000000000"),
    maxGasPriceWei: wei("the highest price of gas").prefault("200000000000"),
    /** What a chore must bring beyond its cost. Below zero: what it may cost beyond what it brings. */
    minProfitWei: signedWei("what a chore must bring beyond its cost").prefault("-1000000000000000"),
    hubLowWei: wei("the balance below which a hub is given coin").prefault("0"),
    topUpWei: wei("how much it is given").prefault("0"),
    topUpPerDayWei: wei("what hubs are given on a chain in a day").prefault("0"),
  },
  expected('{"wallet": secret reference, …}, as in docs/config.md'),
);
