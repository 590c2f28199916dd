import { expect } from "chai";
import { network } from "hardhat";

import { MAJORS, POOLED_MODEL } from "../../../../scripts/sensor-study/rules/presets.ts";

const { ethers, networkHelpers } = await network.create("chain0");

const MARKET = 1;
const FEED_DECIMALS = 8;
const GAP_SECONDS = Number(POOLED_MODEL.gapSeconds);
const YEAR_SECONDS = 365 * 86_400;

/** What a poke may cost besides what the aggregator spends inside its own call, the transaction's 21,000 included. */
const POKE_GAS = 45_000n;
/** What non-zero bytes and branches of the arithmetic make of the same work. */
const SPREAD_GAS = 300n;

async function buildWorld() {
  const [owner] = await ethers.getSigners();
  const hub = await ethers.deployContract("RecordingHub");
  const aggregator = await ethers.deployContract("PriceAggregator", [owner!.address]);
  const feed = await ethers.deployContract("ScriptedFeed", [FEED_DECIMALS, "BTC / USD"]);
  await aggregator.setFeeds(MARKET, [{ feed: await feed.getAddress(), maxAgeSeconds: 300, weight: 1 }], 1);
  const at = [await hub.getAddress(), await aggregator.getAddress()] as const;
  const sensor = await ethers.deployContract("VolatilitySensor", [...at, POOLED_MODEL, owner!.address]);
  await sensor.setMarket(MARKET, MAJORS);
  return { hub, aggregator, feed, sensor };
}

type World = Awaited<ReturnType<typeof buildWorld>>;

async function publishAfter({ feed }: World, seconds: number, price: string): Promise<void> {
  await networkHelpers.time.increase(seconds);
  await feed.publish(ethers.parseUnits(price, FEED_DECIMALS));
}

async function gasOf(sent: Promise<{ wait: () => Promise<{ gasUsed: bigint } | null> }>): Promise<bigint> {
  return (await (await sent).wait())!.gasUsed;
}

/** Gas of a poke less what the aggregator spends on its answer, cold in either. */
async function pokeGas({ sensor, aggregator }: World): Promise<bigint> {
  const [signer] = await ethers.getSigners();
  const data = aggregator.interface.encodeFunctionData("price", [MARKET]);
  const read = await gasOf(signer!.sendTransaction({ to: await aggregator.getAddress(), data }));
  const empty = await gasOf(signer!.sendTransaction({ to: signer!.address, data }));
  return (await gasOf(sensor.poke(MARKET))) - (read - empty);
}

describe("gas of a poke of the volatility sensor", () => {
  it("stays within 45,000 beyond the aggregator, after an hour as after a year", async () => {
    const world = await networkHelpers.loadFixture(buildWorld);
    await publishAfter(world, GAP_SECONDS, "10000");
    await world.sensor.poke(MARKET);
    await publishAfter(world, GAP_SECONDS, "10010");
    await world.sensor.poke(MARKET);

    await publishAfter(world, GAP_SECONDS, "10100");
    const hour = await pokeGas(world);
    await publishAfter(world, YEAR_SECONDS, "10200");
    const year = await pokeGas(world);

    if (process.env["SHOW"] !== undefined) console.log({ hour, year });
    expect(hour).to.be.within(35_000n, POKE_GAS);
    expect(year).to.be.within(hour - SPREAD_GAS, hour + SPREAD_GAS);
  });

  it("changes nothing and costs less when the price is not new", async () => {
    const world = await networkHelpers.loadFixture(buildWorld);
    await publishAfter(world, GAP_SECONDS, "10000");
    await world.sensor.poke(MARKET);

    const again = await pokeGas(world);

    expect(again).to.be.within(25_000n, 33_000n);
    expect(await world.hub.assertions()).to.equal(0n);
  });
});
