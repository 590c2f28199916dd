import type { network } from "hardhat";

type Connection = Awaited<ReturnType<typeof network.create>>;

export const MARKET = 1;
export const YEAR_SECONDS = 365 * 86_400;
const FEED_DECIMALS = 8;

interface PokeSensor {
  readonly poke: (market: number) => Promise<Sent>;
}

interface Sent {
  readonly wait: () => Promise<{ readonly gasUsed: bigint } | null>;
}

interface SensorToBuild {
  readonly name: string;
  readonly parameters: unknown;
  /** Constructor arguments between the aggregator and the owner. */
  readonly extra?: readonly unknown[];
}

/** A sensor behind the real aggregator with one feed, and a hub that records. */
export async function buildPokeWorld(connection: Connection, { name, parameters, extra = [] }: SensorToBuild) {
  const { ethers } = connection;
  const [owner] = await ethers.getSigners();
  if (owner === undefined) throw new RangeError("the chain has no accounts");
  const hub = await ethers.deployContract("RecordingHub");
  const aggregator = await ethers.deployContract("PriceAggregator", [owner.address]);
  const feed = await ethers.deployContract("ScriptedFeed", [FEED_DECIMALS, "BTC / USD"]);
  const feeds = [{ feed: await feed.getAddress(), maxAgeSeconds: 300, weight: 1 }];
  await aggregator.getFunction("setFeeds")(MARKET, feeds, 1);
  const at = [await hub.getAddress(), await aggregator.getAddress()];
  const contract = await ethers.deployContract(name, [...at, ...extra, owner.address]);
  await contract.getFunction("setMarket")(MARKET, parameters);
  const sensor: PokeSensor = { poke: (market) => contract.getFunction("poke").send(market) };
  return { connection, owner, hub, aggregator, feed, sensor };
}

export type PokeWorld = Awaited<ReturnType<typeof buildPokeWorld>>;

/** Publishes `price` after `seconds`. */
export async function publishAfter({ connection, feed }: PokeWorld, seconds: number, price: string): Promise<void> {
  const { ethers, networkHelpers } = connection;
  await networkHelpers.time.increase(seconds);
  await feed.getFunction("publish")(ethers.parseUnits(price, FEED_DECIMALS));
}

/** Gas of a poke, the transaction's 21,000 included, less what the aggregator spends on its answer, cold in either. */
export async function measurePoke({ owner, sensor, aggregator }: PokeWorld): Promise<number> {
  const data = aggregator.interface.encodeFunctionData("price", [MARKET]);
  const read = await gasOf(owner.sendTransaction({ to: await aggregator.getAddress(), data }));
  const empty = await gasOf(owner.sendTransaction({ to: owner.address, data }));
  return Number((await gasOf(sensor.poke(MARKET))) - (read - empty));
}

async function gasOf(sent: Promise<Sent>): Promise<bigint> {
  return (await (await sent).wait())?.gasUsed ?? 0n;
}
