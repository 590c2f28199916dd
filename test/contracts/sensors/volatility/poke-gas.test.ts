import { expect } from "chai";
import { network } from "hardhat";

import { MAJORS, POOLED_MODEL } from "../../../../scripts/sensor-study/rules/presets.ts";
import { buildPokeWorld, measurePoke, publishAfter, YEAR_SECONDS } from "../../../bench/poke-gauge.ts";

const connection = await network.create("chain0");
const { networkHelpers } = connection;

const GAP_SECONDS = Number(POOLED_MODEL.gapSeconds);
const POKE_GAS = 45_000;
/** What non-zero bytes and branches of the arithmetic make of the same work. */
const SPREAD_GAS = 300;

describe("gas of a poke of the volatility sensor", () => {
  const fixture = () =>
    buildPokeWorld(connection, { name: "VolatilitySensor", parameters: MAJORS, extra: [POOLED_MODEL] });

  it("stays within 45,000 beyond the aggregator, after an hour as after a year", async () => {
    const world = await networkHelpers.loadFixture(fixture);
    await publishAfter(world, GAP_SECONDS, "10000");
    await world.sensor.poke(1);
    await publishAfter(world, GAP_SECONDS, "10010");
    await world.sensor.poke(1);

    await publishAfter(world, GAP_SECONDS, "10100");
    const hour = await measurePoke(world);
    await publishAfter(world, YEAR_SECONDS, "10200");
    const year = await measurePoke(world);

    if (process.env["SHOW"] !== undefined) console.log({ hour, year });
    expect(hour).to.be.within(35_000, POKE_GAS);
    expect(year).to.be.within(hour - SPREAD_GAS, hour + SPREAD_GAS);
  });

  it("changes nothing and costs less when the price is not new", async () => {
    const world = await networkHelpers.loadFixture(fixture);
    await publishAfter(world, GAP_SECONDS, "10000");
    await world.sensor.poke(1);

    const again = await measurePoke(world);

    expect(again).to.be.within(25_000, 33_000);
    expect(await world.hub.getFunction("assertions").staticCall()).to.equal(0n);
  });
});
