import { expect } from "chai";
import { network } from "hardhat";
import { readFileSync } from "node:fs";

import { BAND } from "../../../../scripts/venue-study/crashes/guarded-world.ts";

const { ethers, networkHelpers } = await network.create("chain0");

const RECORDED = new URL("../../../../localnet/replay/data/bitmex_XBTUSD_1m_20200312_20200313.csv", import.meta.url);
const MARKET = 1;
const FEED_DECIMALS = 8;
const MINUTE_MS = 60_000;

/** Breaker and margin rung in one byte, as `Rungs.sol` packs them. */
const TIER_RUNGS = [0x11, 0x22, 0x33] as const;
const [tier1Rungs, tier2Rungs, tier3Rungs] = TIER_RUNGS;

interface Minute {
  readonly at: string;
  readonly close: string;
}

/** The recorded minutes from `from` to `to`, both "DDTHH:MM" of March 2020, UTC. */
function readMinutes(from: string, to: string): readonly Minute[] {
  const rows = readFileSync(RECORDED, "utf8").trim().split("\n").slice(1);
  return rows
    .map((row) => row.split(","))
    .map(([openedAt, , , , close]) => ({
      // A minute's close is known when the minute is over.
      at: new Date(Number(openedAt) + MINUTE_MS).toISOString().slice(8, 16),
      close: close ?? "",
    }))
    .filter(({ at }) => at >= from && at <= to);
}

/** First minute at which each tier was reached, with its price. */
async function replay(minutes: readonly Minute[], world: Awaited<ReturnType<typeof buildWorld>>) {
  const { sensor, batch, feeds } = world;
  const trips: string[] = [];
  let highest = 0n;
  let time = await networkHelpers.time.latest();
  for (const { at, close } of minutes) {
    time += MINUTE_MS / 1_000;
    const answer = ethers.parseUnits(close, FEED_DECIMALS);
    await networkHelpers.time.setNextBlockTimestamp(time);
    await batch.getFunction("publish")(feeds, [answer, answer, answer]);
    await sensor.getFunction("poke")(MARKET);
    const { tier } = await sensor.getFunction("reading")(MARKET);
    if (tier > highest) {
      highest = tier;
      trips.push(`tier ${tier} at ${at} on ${close}`);
    }
  }
  return trips;
}

async function buildWorld() {
  const [owner] = await ethers.getSigners();
  const hub = await ethers.deployContract("RecordingHub");
  const aggregator = await ethers.deployContract("PriceAggregator", [owner!.address]);
  const feeds: string[] = [];
  for (let i = 0; i < 3; ++i) {
    const feed = await ethers.deployContract("ScriptedFeed", [FEED_DECIMALS, "XBT / USD"]);
    feeds.push(await feed.getAddress());
  }
  await aggregator.getFunction("setFeeds")(
    MARKET,
    feeds.map((feed) => ({ feed, maxAgeSeconds: 300, weight: 1 })),
    2,
  );
  const sensor = await ethers.deployContract("PriceBandSensor", [
    await hub.getAddress(),
    await aggregator.getAddress(),
    owner!.address,
  ]);
  await sensor.getFunction("setMarket")(MARKET, { ...BAND, tier1Rungs, tier2Rungs, tier3Rungs });
  return { hub, sensor, feeds, batch: await ethers.deployContract("FeedBatch") };
}

describe("PriceBandSensor on recorded minutes of March 2020", () => {
  describe("when the price falls on the 12th", () => {
    it("asserts tier 1 and tier 2 within eight minutes of each other", async () => {
      const world = await networkHelpers.loadFixture(buildWorld);

      const trips = await replay(readMinutes("12T10:00", "12T10:50"), world);

      expect(trips).to.deep.equal(["tier 1 at 12T10:38 on 6731.5", "tier 2 at 12T10:46 on 6062"]);
    });
  });

  describe("when nothing much happens", () => {
    it("asserts nothing", async () => {
      const world = await networkHelpers.loadFixture(buildWorld);

      const trips = await replay(readMinutes("12T00:01", "12T01:00"), world);

      expect(trips).to.deep.equal([]);
      expect(await world.hub.getFunction("assertions")()).to.equal(0n);
    });
  });
});
