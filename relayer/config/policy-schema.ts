import { z } from "zod";

import { expected, whole } from "./field.ts";

/*
 * The policy. A rule that is not named is not followed; `{}` follows it with the defaults. Every number goes into the
 * policy's hash, which operators of one mesh have to share.
 */

const UNITS_MAX = Number.MAX_SAFE_INTEGER;
const PPM = 1_000_000;

const breaker = (max: number) => whole("a breaker rung", 0, max);
const margin = (max: number) => whole("a margin rung", 0, max);

function steps(
  what: string,
  max: number,
  preset: readonly Readonly<{ at: number; breaker: number; margin: number }>[],
) {
  const step = z.strictObject({ at: whole(what, 0, max), breaker: breaker(3), margin: margin(4) });
  return z
    .array(step, expected("a list of steps {at, breaker, margin}"))
    .max(8, "must be at most 8 steps")
    .default([...preset]);
}

const MirrorSchema = z
  .strictObject({
    /** Below 600, or every provisional entry, which lives 600 s, would be renewed at once. */
    renewBelowSeconds: whole("the remaining lease below which it is renewed", 30, 599).default(480),
    reconcileAfterSeconds: whole("the age at which a missing stamp is sent", 30, 86_400).default(300),
  })
  .prefault({});

const CascadeSchema = z.strictObject({
  atLeastChains: whole("how many chains have to agree", 2, 1_000).default(2),
  breaker: breaker(3).default(2),
  margin: margin(4).default(3),
});

const CoverageSchema = z.strictObject({
  leastLossUnits: whole("a stressed loss in units", 0, UNITS_MAX).default(1_000_000_000),
  steps: steps("a covered part of the stressed loss, in parts per million", 100 * PPM, [
    { at: PPM, breaker: 0, margin: 1 },
    { at: 500_000, breaker: 1, margin: 2 },
    { at: 200_000, breaker: 2, margin: 3 },
  ]),
});

const ConcentrationSchema = z.strictObject({
  leastOpenInterestUnits: whole("open interest in units", 0, UNITS_MAX).default(100_000_000_000),
  largest: steps("a share of open interest, in parts per million", PPM, [
    { at: 250_000, breaker: 0, margin: 1 },
    { at: 500_000, breaker: 1, margin: 2 },
  ]),
  skew: steps("a share of open interest, in parts per million", PPM, [{ at: 100_000, breaker: 1, margin: 1 }]),
  openInterest: z
    .array(
      z.strictObject({
        market: whole("a market", 1, 31),
        at: whole("open interest of all chains, in units", 0, UNITS_MAX),
        breaker: breaker(3),
        margin: margin(4),
      }),
    )
    .max(64, "must be at most 64")
    .default([]),
});

const DivergenceSchema = z.strictObject({
  steps: steps("a difference of prices, in parts per million", 100 * PPM, [
    { at: 10_000, breaker: 0, margin: 1 },
    { at: 50_000, breaker: 1, margin: 2 },
    { at: 100_000, breaker: 2, margin: 2 },
  ]),
});

/** Never a halt, and no more than M1, by silence alone. */
const SilenceSchema = z.strictObject({
  afterSeconds: whole("how far a chain may be behind", 60, 86_400).default(1_800),
  breaker: breaker(1).default(1),
  margin: margin(1).default(1),
});

const ShortfallSchema = z.strictObject({
  steps: steps("a shortfall of all chains, in units", UNITS_MAX, [{ at: 1, breaker: 2, margin: 2 }]),
});

const ForecastSchema = z.strictObject({
  steps: steps("a margin, in parts per million of notional", PPM, [
    { at: 200_000, breaker: 0, margin: 1 },
    { at: 300_000, breaker: 0, margin: 2 },
    { at: 400_000, breaker: 0, margin: 3 },
  ]),
});

const ppm = (what: string, max = PPM) => whole(`${what}, in parts per million`, 0, max);
const holdSeconds = whole("how long it holds, in seconds", 600, 21_600).default(3_600);

const CapSchema = z.strictObject({
  holdSeconds,
  global: z
    .array(
      z.strictObject({
        market: whole("a market", 1, 31),
        units: whole("open interest of these chains together, in units", 1, UNITS_MAX),
        eids: z
          .array(whole("a LayerZero endpoint id", 1, 0xffff_ffff), expected("a list of endpoint ids"))
          .min(2, "must name at least two chains")
          .max(64, "must name at most 64 chains"),
      }),
    )
    .max(31, "must be at most 31")
    .default([]),
  fromPpm: ppm("the part of the whole from which on it is divided").default(800_000),
  crowdedPpm: ppm("the share of a position that makes a market crowded").default(500_000),
  leastOpenInterestUnits: whole("open interest in units", 0, UNITS_MAX).default(100_000_000_000),
  stepPpm: ppm("the least by which a cap is lowered", 999_999).default(50_000),
});

const BudgetSchema = z.strictObject({
  holdSeconds,
  leastUnits: whole("a loss without cover, in units", 0, UNITS_MAX).default(1_000_000_000),
  ofLackPpm: ppm("the budget against the loss without cover", 100 * PPM).default(1_250_000),
});

const CoverSchema = z.strictObject({
  ownPpm: ppm("what a market's own fund should hold of its stressed loss", 100 * PPM).default(PPM),
  leastLossUnits: whole("a stressed loss in units", 0, UNITS_MAX).default(1_000_000_000),
  keepPpm: ppm("what a market that gives keeps of its stressed loss", 100 * PPM).default(2 * PPM),
  sharedKeepUnits: whole("what the shared fund keeps, in units", 0, UNITS_MAX).default(0),
});

const shift = () => whole("a move of prices in parts per million", -PPM, 10 * PPM);

const ScenarioSchema = z.strictObject({
  id: z.string(expected("the scenario's name")).regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "lower case, digits, hyphens"),
  classesPpm: z.record(z.string().regex(/^[0-7]$/, "an asset class, 0 to 7"), shift()).default({}),
  othersPpm: shift().default(0),
  source: z.string(expected("where the numbers come from")).min(1, "must not be empty"),
});

export const PolicySchema = z.strictObject({
  mirror: MirrorSchema,
  cascade: CascadeSchema.optional(),
  coverage: CoverageSchema.optional(),
  concentration: ConcentrationSchema.optional(),
  divergence: DivergenceSchema.optional(),
  silence: SilenceSchema.optional(),
  shortfall: ShortfallSchema.optional(),
  forecast: ForecastSchema.optional(),
  cap: CapSchema.optional(),
  budget: BudgetSchema.optional(),
  cover: CoverSchema.optional(),
  scenarios: z.array(ScenarioSchema).min(1, "must be at least one").max(64, "must be at most 64").optional(),
});
