/** Where the source of each deployed contract is: contracts/`folder`/`contract`.sol, or a package's where it has an @. */
export const SOURCES = {
  AccessManager: "@openzeppelin/contracts/access/manager",
  CorroborationSensor: "sensors/corroboration",
  Council: "governance",
  CouncilJudge: "governance/judges",
  DrawdownSensor: "sensors/drawdown",
  DrillSensor: "sensors/drill",
  FeedBatch: "mocks",
  FieldJudge: "governance/judges",
  FreshnessGate: "oracle",
  GovernanceSetup: "governance",
  GuardedVenue: "mocks",
  HubJudge: "governance/judges",
  IncidentHub: "hub",
  KeeperTreasury: "incentives",
  OracleHealthSensor: "sensors/oracle-health",
  ParameterTimelock: "governance",
  PriceAggregator: "oracle",
  PriceBandSensor: "sensors/price-band",
  PublicAlarm: "incentives",
  ScriptedFeed: "mocks",
  SilenceSensor: "sensors/silence",
  TimelockJudge: "governance/judges",
  VolatilitySensor: "sensors/volatility",
} as const;

export type ContractName = keyof typeof SOURCES;
