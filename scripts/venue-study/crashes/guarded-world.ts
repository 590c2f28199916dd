import type { Contract } from "ethers";

import { packLeases } from "../../../relayer/domain/incident/leases.ts";
import type { Tick } from "../../sensor-study/data/read-series.ts";
import { MAJORS, POOLED_MODEL } from "../../sensor-study/rules/presets.ts";
import { type Connection, openVenue, type Venue } from "../house.ts";

export const MARKET = 1;
/** Years ahead of any clock; recorded times are counted from here. */
const START_SECONDS = 2_000_000_000;
const EID = 50_901;
const HIGHEST_RUNGS = 0x34;
const SOLO_RUNGS = 0x22;
const BREAKER_BITS = 4;
const PRICE_CAUSE = 0;
const VOLATILITY_CAUSE = 1;
const BOTH_MARKETS = 0b11;
const DOLLARS_E8 = 1e8;
const LEASES = packLeases({
  caution: 43_200,
  reduceOnly: 10_800,
  halted: 3_600,
  m1: 86_400,
  m2: 28_800,
  m3: 10_800,
  m4: 3_600,
});
/** As `BandPresets.standard` has them. */
export const BAND = {
  tier1Bps: 500,
  tier2Bps: 1_000,
  tier3Bps: 2_500,
  tier1Seconds: 600,
  tier2Seconds: 3_600,
  tier3Seconds: 14_400,
  tauSeconds: 600,
  clipBps: 500,
  anchorUpBps: 2_000,
  anchorDownBps: 4_000,
  anchorSeconds: 14_400,
  seedMaxAgeSeconds: 30,
  minGapSeconds: 5,
};
const TIER_RUNGS = [
  { breaker: 1, margin: 1 },
  { breaker: 2, margin: 2 },
  { breaker: 3, margin: 3 },
] as const;

/** Which ladders the sensors may climb. */
export interface Guard {
  readonly hasMargin: boolean;
  readonly hasBreaker: boolean;
}

/** Real hub, sensors, aggregator and house on a chain in this process. */
export interface GuardedWorld extends Venue {
  readonly connection: Connection;
  readonly hub: Contract;
  readonly standings: Contract;
  /** The house as {IPostureGuard}. */
  readonly guard: Contract;
  /** Takes the chain to the recorded time of `tick` and publishes its price. */
  publishTick(tick: Tick): Promise<void>;
  /** Pokes the price band. */
  pokeBand(): Promise<void>;
  /** Pokes the volatility sensor, whose samples are an hour apart. */
  pokeVolatility(): Promise<void>;
}

export async function startGuardedWorld(
  connection: Connection,
  lotE18: bigint,
  first: Tick,
  guard: Guard,
): Promise<GuardedWorld> {
  const { ethers, networkHelpers } = connection;
  const [owner, second] = await ethers.getSigners();
  if (owner === undefined || second === undefined) throw new RangeError("the chain has too few accounts");
  await networkHelpers.time.increaseTo(START_SECONDS);
  const endpoint = await ethers.deployContract("EndpointModel", [EID]);
  const limits = { peerCeiling: HIGHEST_RUNGS, soloCeiling: SOLO_RUNGS, quorumCeiling: HIGHEST_RUNGS, quorum: 2 };
  const operators = [owner.address, second.address];
  const hub = (await ethers.deployContract("IncidentHub", [
    await endpoint.getAddress(),
    owner.address,
    ethers.id("crash replay"),
    LEASES,
    limits,
    operators,
  ])) as unknown as Contract;
  for (const market of [0, MARKET]) await hub.getFunction("registerMarket")(market);

  const markets = [{ market: MARKET, lotE18, priceE8: toE8(first.price), params: { saneBandPpm: 200_000n } }];
  const venue = await openVenue(connection, { markets, hub: await hub.getAddress() });
  await hub.getFunction("setMirror")(await venue.house.getAddress(), true);
  const posture = await ethers.getContractAt("IPostureGuard", await venue.house.getAddress());
  const sensors = await deploySensors(connection, hub, venue, guard);
  const standings = (await ethers.deployContract("StandingBatch")) as unknown as Contract;

  const offset = (await networkHelpers.time.latest()) + 1 - first.time;
  return {
    ...venue,
    connection,
    hub,
    standings,
    guard: posture as unknown as Contract,
    async publishTick({ time, price }) {
      const latest = await networkHelpers.time.latest();
      await networkHelpers.time.setNextBlockTimestamp(Math.max(latest + 1, time + offset));
      await venue.publish([toE8(price)]);
    },
    pokeBand: () => pokeIfThere(sensors.band),
    pokeVolatility: () => pokeIfThere(sensors.volatility),
  };
}

interface Sensors {
  readonly band?: Contract;
  readonly volatility?: Contract;
}

async function pokeIfThere(sensor: Contract | undefined): Promise<void> {
  await sensor?.getFunction("poke")(MARKET);
}

/** None where neither ladder is to be climbed. */
async function deploySensors(
  { ethers }: Connection,
  hub: Contract,
  { aggregator, owner }: Venue,
  { hasMargin, hasBreaker }: Guard,
): Promise<Sensors> {
  if (!hasMargin && !hasBreaker) return {};
  const at = [await hub.getAddress(), await aggregator.getAddress()];
  const [tier1Rungs, tier2Rungs, tier3Rungs] = TIER_RUNGS.map(
    ({ breaker, margin }) => ((hasBreaker ? breaker : 0) << BREAKER_BITS) | (hasMargin ? margin : 0),
  );
  const band = await ethers.deployContract("PriceBandSensor", [...at, owner]);
  await band.getFunction("setMarket")(MARKET, { ...BAND, tier1Rungs, tier2Rungs, tier3Rungs });
  await grant(hub, band as unknown as Contract, PRICE_CAUSE);
  if (!hasMargin) return { band: band as unknown as Contract };
  const volatility = await ethers.deployContract("VolatilitySensor", [...at, POOLED_MODEL, owner]);
  await volatility.getFunction("setMarket")(MARKET, MAJORS);
  await grant(hub, volatility as unknown as Contract, VOLATILITY_CAUSE);
  return { band: band as unknown as Contract, volatility: volatility as unknown as Contract };
}

async function grant(hub: Contract, sensor: Contract, cause: number): Promise<void> {
  const grantOf = [true, cause, HIGHEST_RUNGS, HIGHEST_RUNGS, BOTH_MARKETS];
  await hub.getFunction("setSensor")(await sensor.getAddress(), grantOf);
}

function toE8(price: number): bigint {
  return BigInt(Math.round(price * DOLLARS_E8));
}
