import { Contract } from "ethers";

import { addressOf } from "../network-record.ts";
import type { PricedMarket } from "../network-parameters.ts";
import { packRungs } from "../schema.ts";
import { feedName } from "./contracts.ts";
import { readerOf } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equal, equalEach, pickEach } from "./fact.ts";

const FEED_ABI = ["function decimals() view returns (uint8)"];

/** Where each market's price comes from, and the band that it is watched by. */
export function priceFacts(context: FactContext): FactGroup[] {
  const { markets } = context.parameters;
  return [
    ...markets.map((market) => decimals(context, market)),
    ...markets.map((market) => feeds(context, market)),
    bandSensor(context),
    ...markets.map((market) => band(context, market)),
  ];
}

function feedAddress({ own }: FactContext, market: PricedMarket, index: number): string {
  return market.feeds[index]?.at?.[own.name] ?? addressOf(own, feedName(market.id, index));
}

/** A feed of other decimals than the parameters say is most likely another feed. */
function decimals(context: FactContext, market: PricedMarket): FactGroup {
  const name = `market ${market.id} feeds' decimals`;
  return {
    stage: "identity",
    expected: { [name]: equal(market.feeds.map((feed) => feed.decimals)) },
    async read() {
      const answers = market.feeds.map(async (_, index): Promise<unknown> => {
        const feed = new Contract(feedAddress(context, market, index), FEED_ABI, context.provider);
        return feed.getFunction("decimals").staticCall();
      });
      return { [name]: await Promise.all(answers) };
    },
  };
}

function feeds(context: FactContext, market: PricedMarket): FactGroup {
  const aggregator = readerOf(context, "PriceAggregator");
  const configs = market.feeds.map(({ maxAgeSeconds, weight }, index) => [
    feedAddress(context, market, index),
    maxAgeSeconds,
    weight,
  ]);
  const names = { feeds: `market ${market.id} feeds`, least: `market ${market.id} least feeds` };
  return {
    stage: "prices",
    expected: { [names.feeds]: equal(configs), [names.least]: equal(market.minFeeds) },
    async read() {
      const [actual, least] = (await aggregator.ask("feeds", market.id)) as readonly [unknown, unknown];
      return { [names.feeds]: actual, [names.least]: least };
    },
    mend: () => [aggregator.step("setFeeds", market.id, configs, market.minFeeds)],
  };
}

/** Fixed by the constructor. */
function bandSensor(context: FactContext): FactGroup {
  const sensor = readerOf(context, "PriceBandSensor");
  const { own } = context;
  return {
    stage: "identity",
    expected: {
      "PriceBandSensor hub": equal(addressOf(own, "IncidentHub")),
      "PriceBandSensor aggregator": equal(addressOf(own, "PriceAggregator")),
    },
    read: async () => ({
      "PriceBandSensor hub": await sensor.ask("hub"),
      "PriceBandSensor aggregator": await sensor.ask("aggregator"),
    }),
  };
}

function band(context: FactContext, market: PricedMarket): FactGroup {
  const sensor = readerOf(context, "PriceBandSensor");
  const packed = packBand(market.band);
  const prefix = `market ${market.id} band: `;
  return {
    stage: "prices",
    expected: equalEach(prefix, packed),
    read: async () => pickEach(prefix, packed, await sensor.ask("band", market.id)),
    mend: () => [sensor.step("setMarket", market.id, packed)],
  };
}

/** The band as the contract's struct holds it. */
function packBand(band: PricedMarket["band"]) {
  const [first, second, third] = band.tiers;
  return {
    tier1Bps: first.bps,
    tier2Bps: second.bps,
    tier3Bps: third.bps,
    tier1Seconds: first.holdSeconds,
    tier2Seconds: second.holdSeconds,
    tier3Seconds: third.holdSeconds,
    tier1Rungs: packRungs(first.rungs),
    tier2Rungs: packRungs(second.rungs),
    tier3Rungs: packRungs(third.rungs),
    tauSeconds: band.tauSeconds,
    clipBps: band.clipBps,
    anchorUpBps: band.anchor.upBps,
    anchorDownBps: band.anchor.downBps,
    anchorSeconds: band.anchor.seconds,
    seedMaxAgeSeconds: band.seedMaxAgeSeconds,
    minGapSeconds: band.minGapSeconds,
  };
}
