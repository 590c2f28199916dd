import type { NetworkParameters } from "../network-parameters.ts";
import { pack } from "./pack.ts";
import { type PlannedContract, planned } from "./planned-contract.ts";

/** The sensors that the parameters have a section for, besides the price band. */
export function planFurtherSensors({ sensors }: NetworkParameters): PlannedContract[] {
  const { VolatilitySensor, DrawdownSensor, OracleHealthSensor, SilenceSensor, CorroborationSensor, DrillSensor } =
    sensors;
  return [
    ...given(VolatilitySensor, ({ model }) =>
      planned("VolatilitySensor", ({ at, deployer }) => [at("IncidentHub"), at("PriceAggregator"), model, deployer]),
    ),
    ...given(DrawdownSensor, () =>
      planned("DrawdownSensor", ({ at, deployer }) => [at("IncidentHub"), at("PriceAggregator"), deployer]),
    ),
    ...given(OracleHealthSensor, () =>
      planned("OracleHealthSensor", ({ at, deployer }) => [at("IncidentHub"), at("PriceAggregator"), deployer]),
    ),
    ...given(SilenceSensor, ({ parameters }) => ({
      ...planned("SilenceSensor", ({ at, deployer }) => [at("IncidentHub"), deployer, pack(parameters)]),
      settable: [2],
    })),
    ...given(CorroborationSensor, () =>
      planned("CorroborationSensor", ({ at, deployer }) => [at("IncidentHub"), deployer]),
    ),
    ...given(DrillSensor, ({ intervalSeconds }) => ({
      ...planned("DrillSensor", ({ at, deployer }) => [at("IncidentHub"), deployer, intervalSeconds]),
      settable: [2],
    })),
  ];
}

/** Lift gate, council and incentives, as far as the parameters have a section for them. */
export function planOversight({ freshness, council, treasury, alarm, meshId }: NetworkParameters): PlannedContract[] {
  return [
    ...given(freshness, ({ pace }) => ({
      ...planned("FreshnessGate", ({ at, deployer }) => [at("PriceAggregator"), deployer, pace]),
      settable: [2],
    })),
    ...given(council, ({ members, guardians, uses, threshold, voidDelaySeconds }) => ({
      ...planned("Council", ({ at, deployer }) => {
        return [at("IncidentHub"), meshId, deployer, { members, guardians, uses, threshold, voidDelaySeconds }];
      }),
      settable: [3],
    })),
    ...given(treasury, ({ mostPerDay, budget }) => ({
      ...planned("KeeperTreasury", ({ at, deployer }) => [at("IncidentHub"), deployer, mostPerDay, budget]),
      settable: [3],
    })),
    ...given(alarm, ({ minBond, maxBond, parameters }) => ({
      ...planned("PublicAlarm", ({ at, deployer }) => {
        return [at("IncidentHub"), at("KeeperTreasury"), deployer, minBond, maxBond, parameters];
      }),
      settable: [5],
    })),
  ];
}

function given<Section>(section: Section | undefined, plan: (section: Section) => PlannedContract): PlannedContract[] {
  return section === undefined ? [] : [plan(section)];
}
