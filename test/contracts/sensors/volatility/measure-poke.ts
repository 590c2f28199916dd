import { network } from "hardhat";

export const { ethers, networkHelpers } = await network.create("chain0");

export const MARKET = 1;
export const YEAR_SECONDS = 365 * 86_400;
const FEED_DECIMALS = 8;

interface PokeSensor {
  readonly poke: (market: number) => Promise<{ wait: () => Promise<{ gasUsed: bigint } | null> }>;
}

/** A sensor behind the real aggregator with one feed, and a hub that records. `extra` goes between hub and owner. */
export async function buildWorld(name: string, parameters: unknown, extra: readonly unknown[] = []) {
  const [owner] = await ethers.getSigners();
  const hub = await ethers.deployContract("RecordingHub");
  const aggregator = await ethers.deployContract("PriceAggregator", [owner!.address]);
  const feed = await ethers.deployContract("ScriptedFeed", [FEED_DECIMALS, "BTC / USD"]);
  await aggregator.getFunction("setFeeds")(
    MARKET,
    [{ feed: await feed.getAddress(), maxAgeSeconds: 300, weight: 1 }],
    1,
  );
  const at = [await hub.getAddress(), await aggregator.getAddress()];
  const contract = await ethers.deployContract(name, [...at, ...extra, owner!.address]);
  await contract.getFunction("setMarket")(MARKET, parameters);
  const sensor: PokeSensor = { poke: (market) => contract.getFunction("poke").send(market) };
  return { hub, aggregator, feed, sensor };
}

export type World = Awaited<ReturnType<typeof buildWorld>>;

/** Publishes `price` after `seconds`. */
export async function publishAfter({ feed }: World, seconds: number, price: string): Promise<void> {
  await networkHelpers.time.increase(seconds);
  await feed.getFunction("publish")(ethers.parseUnits(price, FEED_DECIMALS));
}

/** Gas of a poke, the transaction's 21,000 included, less what the aggregator spends on its answer, cold in either. */
export async function measurePoke({ sensor, aggregator }: World): Promise<bigint> {
  const [signer] = await ethers.getSigners();
  const data = aggregator.interface.encodeFunctionData("price", [MARKET]);
  const read = await gasOf(signer!.sendTransaction({ to: await aggregator.getAddress(), data }));
  const empty = await gasOf(signer!.sendTransaction({ to: signer!.address, data }));
  return (await gasOf(sensor.poke(MARKET))) - (read - empty);
}

async function gasOf(sent: Promise<{ wait: () => Promise<{ gasUsed: bigint } | null> }>): Promise<bigint> {
  return (await (await sent).wait())!.gasUsed;
}
