import { expect } from "chai";
import { network } from "hardhat";

const { ethers, networkHelpers } = await network.create("chain0");

const MARKET = 1;
const FEED_DECIMALS = 8;
const GAP_SECONDS = 3_600;
const YEAR_SECONDS = 365 * 86_400;

/** What a poke may cost beyond reading the aggregator, in gas, the transaction's own 21,000 included. */
const POKE_GAS = 45_000n;
/** How much two pokes may differ by for the time between them alone: non-zero bytes, branches of the arithmetic. */
const IDLE_GAS = 600n;

const MODEL = {
  fastSeconds: 28_800,
  middleSeconds: 172_800,
  slowSeconds: 1_209_600,
  fastPowerE6: 345_000,
  middlePowerE6: 353_000,
  slowPowerE6: 132_000,
  scaleE6: -1_240_000,
  clipSigmas: 8,
  gapSeconds: GAP_SECONDS,
  fallSeconds: 86_400,
};
const PARAMETERS = {
  multiplierMilli: 3_692,
  periodSeconds: 7_200,
  baseBps: 500,
  m1Bps: 20_000,
  m2Bps: 25_000,
  m3Bps: 30_000,
  m4Bps: 40_000,
  longRunVolatilityE6: 38_000,
  stressedVolatilityE6: 100_000,
  stressWeightBps: 2_500,
  bufferBps: 2_500,
  seedMaxAgeSeconds: 30,
};

async function buildWorld() {
  const [owner] = await ethers.getSigners();
  const hub = await ethers.deployContract("RecordingHub");
  const aggregator = await ethers.deployContract("PriceAggregator", [owner!.address]);
  const feed = await ethers.deployContract("ScriptedFeed", [FEED_DECIMALS, "BTC / USD"]);
  await aggregator.setFeeds(MARKET, [{ feed: await feed.getAddress(), maxAgeSeconds: 300, weight: 1 }], 1);
  const at = [await hub.getAddress(), await aggregator.getAddress()] as const;
  const sensor = await ethers.deployContract("VolatilitySensor", [...at, MODEL, owner!.address]);
  await sensor.setMarket(MARKET, PARAMETERS);
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

/** Gas of a poke less what reading the aggregator alone costs, cold as in the poke. */
async function pokeGas({ sensor, aggregator }: World): Promise<bigint> {
  const [signer] = await ethers.getSigners();
  const data = aggregator.interface.encodeFunctionData("price", [MARKET]);
  const read = await gasOf(signer!.sendTransaction({ to: await aggregator.getAddress(), data }));
  const empty = await gasOf(signer!.sendTransaction({ to: signer!.address, data }));
  return (await gasOf(sensor.poke(MARKET))) - (read - empty);
}

describe("gas of a poke of the volatility sensor", () => {
  it("stays within 45,000 beyond the aggregator, after an hour and after a year", async () => {
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
    expect(hour).to.be.within(30_000n, POKE_GAS);
    expect(year).to.be.within(hour - IDLE_GAS, hour + IDLE_GAS);
  });
});
