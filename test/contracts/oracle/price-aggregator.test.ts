import { expect } from "chai";
import { network } from "hardhat";

const { ethers, networkHelpers } = await network.create("chain0");

const MARKET = 1;
const DECIMALS = 8;
const MAX_AGE_SECONDS = 300;
/** As `Standing` and `Behaviour` number them. */
const STANDING = { used: 0n, failed: 1n, badPrice: 2n, stale: 3n, ahead: 4n };
const BURN_GAS = 2;

interface FeedReading {
  readonly feed: string;
  readonly standing: bigint;
  readonly priceE18: bigint;
  readonly updatedAt: bigint;
}

const dollars = (amount: string) => ethers.parseUnits(amount, DECIMALS);

describe("PriceAggregator", () => {
  async function fixture() {
    const [owner] = await ethers.getSigners();
    const aggregator = await ethers.deployContract("PriceAggregator", [owner!.address]);
    const feeds = await Promise.all(
      ["A", "B", "C", "D", "E"].map((name) => ethers.deployContract("ScriptedFeed", [DECIMALS, name])),
    );
    const addresses = await Promise.all(feeds.map((feed) => feed.getAddress()));
    const configs = addresses.map((feed, index) => ({ feed, maxAgeSeconds: MAX_AGE_SECONDS, weight: index % 2 }));
    return { aggregator, feeds, addresses, configs, batch: await ethers.deployContract("FeedBatch") };
  }

  it("shows an operator why each feed counts or does not", async () => {
    const { aggregator, feeds, addresses, configs } = await networkHelpers.loadFixture(fixture);
    await aggregator.getFunction("setFeeds")(MARKET, configs, 1);
    const now = await networkHelpers.time.latest();
    await feeds[0]!.getFunction("publishAt")(dollars("7900"), now);
    await feeds[1]!.getFunction("publishAt")(dollars("7900"), now);
    await feeds[1]!.getFunction("behave")(BURN_GAS);
    await feeds[2]!.getFunction("publishAt")(-1, now);
    await feeds[3]!.getFunction("publishAt")(dollars("7900"), now - MAX_AGE_SECONDS - 60);
    await feeds[4]!.getFunction("publishAt")(dollars("7900"), now + 600);

    const readings: readonly FeedReading[] = await aggregator.getFunction("readings")(MARKET);

    expect(readings.map(({ feed }) => feed)).to.deep.equal(addresses);
    expect(readings.map(({ standing }) => standing)).to.deep.equal(Object.values(STANDING));
    expect(readings.map(({ priceE18 }) => priceE18)).to.deep.equal([ethers.parseEther("7900"), 0n, 0n, 0n, 0n]);
    expect(readings[3]!.updatedAt).to.equal(BigInt(now - MAX_AGE_SECONDS - 60));
  });

  it("announces the feeds as they will be read", async () => {
    const { aggregator, addresses, configs } = await networkHelpers.loadFixture(fixture);

    const setting = aggregator.getFunction("setFeeds")(MARKET, configs, 3);

    const asRead = addresses.map((feed) => [feed, BigInt(MAX_AGE_SECONDS), 1n]);
    await expect(setting).to.emit(aggregator, "FeedsSet").withArgs(MARKET, asRead, 3);
  });

  describe("when a batch is published", () => {
    it("moves all feeds in one block", async () => {
      const { aggregator, addresses, configs, batch } = await networkHelpers.loadFixture(fixture);
      await aggregator.getFunction("setFeeds")(MARKET, configs, 5);

      await batch.getFunction("publish")(addresses, ["7890", "7895", "7900", "7905", "7990"].map(dollars));

      const { ok, result } = await aggregator.getFunction("price")(MARKET);
      expect(ok).to.equal(true);
      expect(result.priceE18).to.equal(ethers.parseEther("7900"));
      expect(result.confidenceE18).to.equal(ethers.parseEther("5"));
      expect(result.count).to.equal(5n);
      expect(result.publishTime).to.equal(BigInt(await networkHelpers.time.latest()));
    });

    it("refuses a batch that does not fit its feeds", async () => {
      const { addresses, batch } = await networkHelpers.loadFixture(fixture);

      const publishing = batch.getFunction("publish")(addresses, [dollars("7900")]);

      await expect(publishing).to.be.revertedWithCustomError(batch, "FeedBatch_LengthMismatch").withArgs(5, 1);
    });
  });
});
