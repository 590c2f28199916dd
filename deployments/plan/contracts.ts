import { packLeases } from "../../relayer/domain/incident/leases.ts";
import type { NetworkParameters } from "../network-parameters.ts";
import { packLimits } from "../schema.ts";
import type { ContractName } from "./sources.ts";

/** A contract that every deployment has. */
export interface PlannedContract {
  /** In the record; the contract's own unless there are several of it. */
  readonly name: string;
  readonly contract: ContractName;
  readonly args: ConstructorArguments;
  /** Positions of arguments that governance may change afterwards: facts compare those, not the creation. */
  readonly settable?: readonly number[];
}

/** Constructor arguments, from what comes before it in the plan. */
type ConstructorArguments = (chain: PlannedChain) => readonly unknown[];

/** What constructor arguments may depend on. */
export interface PlannedChain {
  readonly name: string;
  readonly endpoint: string;
  /** The account that deploys. It owns all of it until the hand-over. */
  readonly deployer: string;
  readonly parameters: NetworkParameters;
  /** @throws RangeError for a contract that comes later in the plan. */
  at(contract: string): string;
}

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

function planned(contract: ContractName, args: ConstructorArguments): PlannedContract {
  return { name: contract, contract, args };
}
