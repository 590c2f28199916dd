import { expect } from "chai";
import { network } from "hardhat";

import { buildPokeWorld, MARKET, measurePoke, publishAfter, YEAR_SECONDS } from "../../../bench/poke-gauge.ts";

const connection = await network.create("chain0");
const { networkHelpers } = connection;

const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;
const POKE_GAS = 45_000;
/** The preset of BTC and ETH, as `DrawdownPresets.sol` has it. */
const PARAMETERS = {
  shortTier1Bps: 1_000,
  shortTier2Bps: 2_000,
  shortTier3Bps: 4_000,
  longTier1Bps: 1_500,
  longTier2Bps: 3_000,
  longTier3Bps: 6_000,
  tier1Rungs: 0x11,
  tier2Rungs: 0x12,
  tier3Rungs: 0x23,
  shortBucketSeconds: 14_400,
  longBucketSeconds: 100_800,
  clipBps: 500,
  gapSeconds: 60,
  seedMaxAgeSeconds: 60,
};

describe("gas of a poke of the drawdown sensor", () => {
  const fixture = () => buildPokeWorld(connection, { name: "DrawdownSensor", parameters: PARAMETERS });

  it("stays within 45,000 beyond the aggregator, however long nobody poked", async () => {
    const world = await networkHelpers.loadFixture(fixture);
    await publishAfter(world, MINUTE_SECONDS, "10000");
    await world.sensor.poke(MARKET);

    await publishAfter(world, MINUTE_SECONDS, "9990");
    const minute = await measurePoke(world);
    await publishAfter(world, 2 * DAY_SECONDS, "9980");
    const days = await measurePoke(world);
    await publishAfter(world, YEAR_SECONDS, "9970");
    const year = await measurePoke(world);

    if (process.env["SHOW"] !== undefined) console.log({ minute, days, year });
    for (const gas of [minute, days, year]) expect(gas).to.be.within(30_000, POKE_GAS);
  });
});
