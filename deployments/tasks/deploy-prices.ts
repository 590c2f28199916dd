import type { NetworkParameters, PricedMarket } from "../network-parameters.ts";
import { packRungs } from "../schema.ts";
import type { ChainDeployment } from "./chain-deployment.ts";

/** Name that feed `index` of `market` has in a record. */
export function feedName(market: number, index: number): string {
  return `Feed.${market}.${index}`;
}

/**
 * What makes prices on a chain where there are no real feeds: scripted feeds, one aggregator over them, and a way to
 * publish to several at once. `aggregator` is all that a sensor needs to know.
 */
export function deployPrices(
  deployment: ChainDeployment,
  parameters: NetworkParameters,
): { readonly aggregator: string } {
  const aggregator = deployment.deploy("oracle", "PriceAggregator", [deployment.owner]);
  deployment.deploy("mocks", "FeedBatch", []);
  for (const market of parameters.markets) {
    const configs = market.feeds.map((feed, index) => {
      const name = feedName(market.id, index);
      const scripted = deployment.deploy("mocks", "ScriptedFeed", [feed.decimals, market.name], name);
      return { feed: scripted.address, maxAgeSeconds: feed.maxAgeSeconds, weight: feed.weight };
    });
    deployment.call(aggregator, "setFeeds", [market.id, configs, market.minFeeds]);
  }
  return { aggregator: aggregator.address };
}

/** The price-band sensor with the band of every market. What it may assert is the hub's to grant. */
export function deployPriceBandSensor(
  deployment: ChainDeployment,
  parameters: NetworkParameters,
  at: { readonly hub: string; readonly aggregator: string },
): { readonly address: string } {
  const sensor = deployment.deploy("sensors/price-band", "PriceBandSensor", [at.hub, at.aggregator, deployment.owner]);
  for (const market of parameters.markets) {
    deployment.call(sensor, "setMarket", [market.id, packBand(market.band)]);
  }
  return sensor;
}

/** The band as the contract's struct holds it. */
export function packBand(band: PricedMarket["band"]) {
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
