import { fileURLToPath } from "node:url";
import { z } from "zod";

import { SecretRefSchema } from "../relayer/config/schema.ts";
import { findLeaseFault, packLeases } from "../relayer/domain/incident/leases.ts";
import {
  AlarmSchema,
  CouncilSchema,
  DRILL_MARKET,
  FURTHER_SENSORS,
  FreshnessSchema,
  GovernanceSchema,
  GrantSchema,
  MatrixSchema,
  TreasurySchema,
} from "./incident-parameters.ts";
import { readJsonFile } from "./json-file.ts";
import {
  AddressSchema,
  Bytes32Schema,
  ChainNameSchema,
  LeasesSchema,
  LimitsSchema,
  MarketIdSchema,
  RungsSchema,
} from "./schema.ts";
import { VENUE_SENSORS, VenueSchema } from "./venue-parameters.ts";

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
  /** The feed's address on each chain. Without it the task deploys a scripted feed, which a live network refuses. */
  at: z.record(ChainNameSchema, AddressSchema).optional(),
});

const PricedMarketSchema = z.strictObject({
  id: MarketIdSchema.min(1),
  name: z.string().min(1),
  feeds: z.array(FeedSchema).min(1),
  minFeeds: z.int().min(1),
  band: BandSchema,
});

const confirmations = z.int().min(1).max(0xffff_ffff);

const MessagingSchema = z.strictObject({
  /** Blocks that a DVN waits for, on every pathway from a chain that names no number of its own. */
  confirmations,
  maxMessageBytes: z.int().min(1_000),
  /** Native coin that each hub starts with, in ether: it pays for its own messages. */
  hubFundingEther: z.string().regex(/^\d+(\.\d+)?$/, "must be an amount in ether"),
});

/** A DVN by the name that LayerZero's metadata has for it, or one that it has not, with its address on this chain. */
const DvnSchema = z.union([z.string().min(1), z.strictObject({ name: z.string().min(1), address: AddressSchema })]);

/** One chain of a live network. Where LayerZero is on it comes from LayerZero's metadata. */
const ChainSchema = z.strictObject({
  name: ChainNameSchema,
  /** LayerZero's own name of the network, as in layerzero/metadata.json. */
  layerzero: z.string().min(1),
  chainId: z.int().min(1),
  rpcUrl: SecretRefSchema,
  confirmations: confirmations.optional(),
  dvns: z.array(DvnSchema).min(2, "must be at least two: a pathway with one verifier is refused"),
  /** The feed that says whether the chain's sequencer is up. */
  sequencer: z.strictObject({ feed: AddressSchema, graceSeconds: z.int().min(1).max(0xffff_ffff) }).optional(),
  /** Contracts that the hub pushes its posture to. */
  mirrors: z.array(AddressSchema).max(4).default([]),
});

export const NetworkParametersSchema = z
  .strictObject({
    version: z.literal(1),
    network: z.string().min(1),
    /** A devnet has scripted feeds and a venue to try things on; its chains are those that the local network starts. */
    kind: z.enum(["devnet", "live"]),
    meshId: Bytes32Schema,
    /** Who governs in the end, where there is no `governance`; the account that deploys, unless given. */
    owner: AddressSchema.optional(),
    /** Where the key of the account that deploys is; never the key. */
    deployerKey: SecretRefSchema.optional(),
    leases: LeasesSchema,
    limits: LimitsSchema,
    operators: z.array(AddressSchema).max(32),
    /** Market 0, the whole protocol, exists always and has no price. */
    markets: z.array(PricedMarketSchema).min(1).max(31),
    sensors: z.strictObject({ PriceBandSensor: GrantSchema, ...FURTHER_SENSORS, ...VENUE_SENSORS }),
    matrix: MatrixSchema.optional(),
    freshness: FreshnessSchema.optional(),
    council: CouncilSchema.optional(),
    treasury: TreasurySchema.optional(),
    alarm: AlarmSchema.optional(),
    /** The reference venue. */
    venue: VenueSchema.optional(),
    /** Roles and timelock, which then own everything. */
    governance: GovernanceSchema.optional(),
    messaging: MessagingSchema,
    chains: z.array(ChainSchema).max(64).default([]),
  })
  .superRefine((network, context) => {
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    const fault = findLeaseFault(packLeases(network.leases));
    if (fault) refuse(["leases"], `lane ${fault.lane} is out of bounds, or longer than the lease of the rung below it`);
    if (network.operators.length < network.limits.quorum) refuse(["operators"], "must be as many as make a quorum");
    const repeated = findRepeated(network.operators.map((operator) => operator.toLowerCase()));
    if (repeated >= 0) refuse(["operators", repeated], "must not be named twice");
    if (findRepeated(network.markets.map(({ id }) => id)) >= 0) refuse(["markets"], "must not name a market twice");
    refuseUnknownMarkets(network, refuse);
    refuseUnfitVenue(network, refuse);
    if (network.governance && network.owner) refuse(["owner"], "must be left out: `governance` owns everything");
    if (network.alarm && !network.treasury) refuse(["alarm"], "needs a treasury, which slashed bonds go to");
    if (network.kind === "live") refuseUnfitLive(network, refuse);
    else if (network.chains.length > 0) refuse(["chains"], "must be left out: a devnet's chains are started for it");
  });

type Network = z.output<typeof NetworkParametersSchema>;
type Refuse = (path: (string | number)[], message: string) => void;

/** A market that is not registered would be refused only once everything else is deployed. */
function refuseUnknownMarkets({ sensors, markets, alarm, council }: Network, refuse: Refuse): void {
  const known = new Set([0, ...markets.map(({ id }) => id), ...(sensors.DrillSensor ? [DRILL_MARKET] : [])]);
  const drilled = markets.findIndex(({ id }) => id === DRILL_MARKET);
  if (drilled >= 0) refuse(["markets", drilled, "id"], `must not be ${DRILL_MARKET}, which is for drills`);
  for (const [name, sensor] of Object.entries(sensors)) {
    if (sensor === undefined || "cause" in sensor) continue;
    const ids = "markets" in sensor ? Object.keys(sensor.markets).map(Number) : [];
    const unknown = [...ids, ...(sensor.grant.markets ?? [])].filter((id) => !known.has(id));
    if (unknown.length > 0) refuse(["sensors", name], `names markets that there are not: ${unknown.join(", ")}`);
    // The hub would refuse what the sensor asserts of them.
    const granted = sensor.grant.markets ?? markets.map(({ id }) => id);
    const mute = ids.filter((id) => !granted.includes(id));
    if (mute.length > 0) refuse(["sensors", name, "grant", "markets"], `must have ${mute.join(", ")}`);
  }
  for (const [name, section] of Object.entries({ alarm, council })) {
    const unknown = (section?.grant.markets ?? []).filter((id) => !known.has(id));
    if (unknown.length > 0) refuse([name, "grant", "markets"], `are not there: ${unknown.join(", ")}`);
  }
  const absent = [...(alarm?.confirmedBy ?? []), ...(sensors.CorroborationSensor?.witnesses ?? [])];
  for (const name of absent.filter((one) => sensors[one] === undefined))
    refuse(["sensors", name], "is named, but not there");
}

/** A market of the venue needs a price, and an action one that its row of the matrix lets in. */
function refuseUnfitVenue({ venue, markets, matrix, kind, chains, sensors }: Network, refuse: Refuse): void {
  if (venue === undefined) {
    const watching = (["OutflowSensor", "SolvencySensor"] as const).filter((name) => sensors[name] !== undefined);
    for (const name of watching) refuse(["sensors", name], "needs a venue, which it watches");
    return;
  }
  if (matrix === undefined) refuse(["venue"], "needs a matrix: without one no action has a price");
  const known = new Set(markets.map(({ id }) => id));
  for (const [id, { firstPrice }] of Object.entries(venue.markets)) {
    if (!known.has(Number(id))) refuse(["venue", "markets", id], "is not among the markets");
    if (kind === "live" && firstPrice !== undefined) refuse(["venue", "markets", id, "firstPrice"], "is a devnet's");
    if (kind === "devnet" && firstPrice === undefined) refuse(["venue", "markets", id, "firstPrice"], "must be given");
  }
  refuseUnlistedMarkets(venue, sensors.SolvencySensor, refuse);
  if (kind === "devnet") return;
  const missing = chains.filter(({ name }) => venue.collateral.at?.[name] === undefined).map(({ name }) => name);
  if (missing.length > 0) refuse(["venue", "collateral", "at"], `must name ${missing.join(", ")}`);
}

/** Market 0 stands for the shared fund, and the whole of the venue. */
function refuseUnlistedMarkets(
  { markets, funds, desk, envelopeSetter, insuranceMover }: NonNullable<Network["venue"]>,
  solvency: Network["sensors"]["SolvencySensor"],
  refuse: Refuse,
): void {
  const isListed = (id: string) => id === "0" || id in markets;
  for (const id of Object.keys(funds)) {
    if (!isListed(id)) refuse(["venue", "funds", id], "is not among the venue's markets");
  }
  for (const [id, { openInterestCap, deleveragingBudget }] of Object.entries(desk?.markets ?? {})) {
    if (!isListed(id)) refuse(["venue", "desk", "markets", id], "is not among the venue's markets");
    const isTrading = openInterestCap !== undefined || deleveragingBudget !== undefined;
    if (id === "0" && isTrading) refuse(["venue", "desk", "markets", id], "trades nothing: it has only a fund");
  }
  for (const id of Object.keys(solvency?.markets ?? {})) {
    if (!isListed(id)) refuse(["sensors", "SolvencySensor", "markets", id], "is not among the venue's markets");
  }
  if (desk === undefined) return;
  const others = { envelopeSetter, insuranceMover };
  for (const [name, other] of Object.entries(others)) {
    if (other !== undefined) refuse(["venue", name], "must be left out: the desk is it");
  }
}

/** What a devnet may leave open. */
function refuseUnfitLive({ chains, markets, owner, governance, deployerKey }: Network, refuse: Refuse): void {
  if (chains.length < 2) refuse(["chains"], "must be at least two");
  if (owner === undefined && governance === undefined)
    refuse(["owner"], "must be given: the deploying key must not stay in charge");
  if (deployerKey === undefined) refuse(["deployerKey"], 'must be given, as {"type": "env", "value": "NAME"}');
  if (deployerKey?.type === "plain") refuse(["deployerKey", "type"], 'must be "env" or "file"');
  if (findRepeated(chains.map(({ name }) => name)) >= 0) refuse(["chains"], "must not name a chain twice");
  if (findRepeated(chains.map(({ layerzero }) => layerzero)) >= 0)
    refuse(["chains"], "must not be on one network twice");
  const dvnsOf = (chain: Network["chains"][number] | undefined) =>
    (chain?.dvns ?? []).map((dvn) => (typeof dvn === "string" ? dvn : dvn.name)).toSorted();
  const expected = dvnsOf(chains[0]);
  chains.forEach((chain, index) => {
    if (chain.rpcUrl.type === "plain") refuse(["chains", index, "rpcUrl", "type"], 'must be "env" or "file"');
    const own = dvnsOf(chain);
    if (findRepeated(own) >= 0) refuse(["chains", index, "dvns"], "must not name a DVN twice");
    // A packet that one end asks X to verify and the other end expects from Y is never delivered.
    if (own.join() !== expected.join()) refuse(["chains", index, "dvns"], `must be those of ${chains[0]?.name}`);
  });
  markets.forEach(({ feeds }, market) => {
    feeds.forEach(({ at }, feed) => {
      const missing = chains.filter(({ name }) => at?.[name] === undefined).map(({ name }) => name);
      if (missing.length > 0) refuse(["markets", market, "feeds", feed, "at"], `must name ${missing.join(", ")}`);
    });
  });
}

function findRepeated(values: readonly (string | number)[]): number {
  return values.findIndex((value, index) => values.indexOf(value) !== index);
}

export type NetworkParameters = z.output<typeof NetworkParametersSchema>;
export type PricedMarket = NetworkParameters["markets"][number];
export type ChainParameters = NetworkParameters["chains"][number];

/**
 * Parameters of `network`, from `networks/<network>.json`.
 * @throws SetupError "config" when the file cannot be read or a field is wrong.
 */
export function readNetworkParameters(network: string): NetworkParameters {
  return readJsonFile(fileURLToPath(new URL(`networks/${network}.json`, import.meta.url)), NetworkParametersSchema);
}
