import type { Contract } from "ethers";
import type { network } from "hardhat";

export type Connection = Awaited<ReturnType<typeof network.create>>;

export const PRICE_ONE = 1n << 32n;
/** One of the token, in units. */
export const ONE = 1_000_000n;
/** One unit of collateral in fine cash. */
export const UNIT_FINE = 1n << 136n;
/** One lot in fine size. */
export const LOT_FINE = 1n << 104n;
const FEED_DECIMALS = 8;

const TOKEN_DECIMALS = 6;
const PLENTY = 10n ** 30n;
/** How old a price may be, in seconds: to open, close, liquidate, withdraw, deleverage, lift. */
const MAX_AGES = [120, 300, 120, 120, 120, 120];
const MAX_CONFIDENCE_BPS = 500;

/** A market as the studies list it. Amounts in units, rates in parts per million. */
export const MARKET_PARAMS = {
  initialPpm: 50_000n,
  openInterestLow: 10n ** 9n * ONE,
  openInterestHigh: 2n * 10n ** 9n * ONE,
  openInterestCap: 10n ** 9n * ONE,
  concentrationUnits: 0n,
  assetClass: 0n,
  fillBandPpm: 50_000n,
  saneBandPpm: 500_000n,
  takerFeePpm: 450n,
  makerFeePpm: 150n,
  fundSharePpm: 300_000n,
  fundingCapPpm: 20_000n,
  discountLowPpm: 2_500n,
  discountHighPpm: 15_000n,
  liquidationFeePpm: 5_000n,
  closePpm: 250_000n,
  throttlePpm: 200_000n,
  haircutCapPpm: 1_000_000n,
  fundDrawPpm: 500_000n,
  sharedDrawPpm: 300_000n,
  minimumLots: 0n,
};
const MAINTENANCE_PPM = 30_000n;

export interface MarketToList {
  readonly market: number;
  /** Base asset in a lot, 18 decimals. */
  readonly lotE18: bigint;
  /** At listing, quote for one of the base asset, 8 decimals. */
  readonly priceE8: bigint;
  readonly params?: Partial<typeof MARKET_PARAMS>;
  readonly maintenancePpm?: bigint;
}

export interface VenueToOpen {
  readonly markets: readonly MarketToList[];
  /** The hub that the house obeys; one at rest when left out. Has to know the markets. */
  readonly hub?: string;
  /** Adds the mock that enters positions without orders. */
  readonly isSeated?: boolean;
  /** Seconds that a price may be old for each action, if not those of the studies. */
  readonly maxAges?: readonly number[];
}

/** A clearing house with the real aggregator before it, and what a study needs to move it. */
export interface Venue {
  readonly house: Contract;
  readonly token: Contract;
  readonly aggregator: Contract;
  /** The same address, with what {@link VenueToOpen.isSeated} adds. */
  readonly seats: Contract;
  readonly owner: string;
  /** Publishes the price of each market that was listed, in their order, quote with 8 decimals. */
  publish(pricesE8: readonly bigint[]): Promise<void>;
}

/** Deploys the house with all its parts, lists the markets and gives the owner as much of the token as it likes. */
export async function openVenue({ ethers }: Connection, venue: VenueToOpen): Promise<Venue> {
  const [owner] = await ethers.getSigners();
  if (owner === undefined) throw new RangeError("the chain has no accounts");
  const deploy = (name: string, args: unknown[] = []) => ethers.deployContract(name, args);
  const token = await deploy("MintableToken", [TOKEN_DECIMALS]);
  const hub = venue.hub ?? (await (await deploy("SettablePosture", [venue.markets.length])).getAddress());
  const aggregator = await deploy("PriceAggregator", [owner.address]);
  const batch = await deploy("FeedBatch");

  const setup = [hub, await aggregator.getAddress(), await token.getAddress(), owner.address];
  let part = await deploy("ClearingFunds", [setup]);
  const before = venue.isSeated === true ? ["SeatedCrowd"] : [];
  const office = ["ClearingOffice", ...before, "ClearingRoster", "ClearingClosure"];
  for (const name of [...office, "ClearingRecovery", "ClearingTeller", "ClearingHouse"]) {
    part = await deploy(name, [setup, await part.getAddress()]);
  }
  const at = await part.getAddress();
  const house = (await ethers.getContractAt("IClearingHouse", at)) as unknown as Contract;
  const seats = (await ethers.getContractAt("SeatedCrowd", at)) as unknown as Contract;

  const feeds: string[] = [];
  const publish = async (pricesE8: readonly bigint[]): Promise<void> => {
    await batch.getFunction("publish")(feeds, pricesE8);
  };
  for (const { market } of venue.markets) {
    const feed = await deploy("ScriptedFeed", [FEED_DECIMALS, "a base asset / quote"]);
    feeds.push(await feed.getAddress());
    const config = { feed: await feed.getAddress(), maxAgeSeconds: 86_400, weight: 1 };
    await aggregator.getFunction("setFeeds")(market, [config], 1);
    // No sequencer is asked.
    const matrix = (venue.maxAges ?? MAX_AGES).map((seconds) => [seconds, MAX_CONFIDENCE_BPS, false]);
    await aggregator.getFunction("setMatrix")(market, matrix);
  }
  await publish(venue.markets.map(({ priceE8 }) => priceE8));
  for (const { market, lotE18, params, maintenancePpm = MAINTENANCE_PPM } of venue.markets) {
    await house.getFunction("listMarket")(market, { ...MARKET_PARAMS, ...params, lotE18 }, maintenancePpm);
  }
  await token.getFunction("mint")(owner.address, PLENTY);
  await token.getFunction("approve")(at, ethers.MaxUint256);
  const [collateral, prices] = [token, aggregator] as unknown as [Contract, Contract];
  return { house, token: collateral, aggregator: prices, seats, owner: owner.address, publish };
}
