/** Where the source of each deployed contract is: contracts/`folder`/`contract`.sol. */
export const SOURCES = {
  FeedBatch: "mocks",
  GuardedVenue: "mocks",
  IncidentHub: "hub",
  PriceAggregator: "oracle",
  PriceBandSensor: "sensors/price-band",
  ScriptedFeed: "mocks",
} as const;

export type ContractName = keyof typeof SOURCES;
