import { packLeases } from "../../relayer/domain/incident/leases.ts";
import type { NetworkParameters } from "../network-parameters.ts";
import { packLimits } from "../schema.ts";
import { planGovernance } from "./governance-contracts.ts";
import { planFurtherSensors, planOversight } from "./incident-contracts.ts";
import { type PlannedChain, type PlannedContract, planned } from "./planned-contract.ts";
import { planVenue, planVenueSensors } from "./venue-contracts.ts";

/** Name that feed `index` of `market` has in a record. */
export function feedName(market: number, index: number): string {
  return `Feed.${market}.${index}`;
}

/**
 * The contracts of each deployment, in the order in which they are created: a contract may name those before it. Adding
 * one is adding a line here; what is then set on it is a group of facts (see `facts.ts`).
 */
export function planContracts(parameters: NetworkParameters): readonly PlannedContract[] {
  const isDevnet = parameters.kind === "devnet";
  return [
    { ...planned("IncidentHub", hubArguments), settable: [4, 5] },
    planned("PriceAggregator", ({ deployer }) => [deployer]),
    planned("PriceBandSensor", ({ at, deployer }) => [at("IncidentHub"), at("PriceAggregator"), deployer]),
    ...planScriptedFeeds(parameters),
    ...(isDevnet ? DEVNET_CONTRACTS : []),
    ...planFurtherSensors(parameters),
    ...planOversight(parameters),
    ...planVenue(parameters),
    ...planVenueSensors(parameters),
    ...planGovernance(parameters),
  ];
}

function hubArguments({ endpoint, deployer, parameters }: PlannedChain): readonly unknown[] {
  const { meshId, leases, limits, operators } = parameters;
  return [endpoint, deployer, meshId, packLeases(leases), packLimits(limits), operators];
}

/** A way to publish to several scripted feeds at once, and a venue to try things on. */
const DEVNET_CONTRACTS: readonly PlannedContract[] = [
  planned("FeedBatch", () => []),
  planned("GuardedVenue", ({ at }) => [at("IncidentHub")]),
];

/** Feeds that say what they are told, for those that have no address. The parameters refuse them on a live network. */
function planScriptedFeeds({ markets }: NetworkParameters): PlannedContract[] {
  return markets.flatMap((market) =>
    market.feeds.flatMap((feed, index) => {
      if (feed.at !== undefined) return [];
      const scripted = planned("ScriptedFeed", () => [feed.decimals, market.name]);
      return [{ ...scripted, name: feedName(market.id, index) }];
    }),
  );
}
