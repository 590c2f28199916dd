import { id } from "ethers";

import type { NetworkParameters } from "../network-parameters.ts";
import { type PlannedChain, type PlannedContract, planned } from "./planned-contract.ts";

/**
 * How the fields of a setter are compared with those in force, one letter a field in the setter's order, as in
 * `FieldTables.sol`: `=` same, `-` no higher, `+` no lower, `r` rungs.
 */
export interface JudgeTable {
  readonly judge: string;
  readonly target: string;
  readonly setter: string;
  readonly getter: string;
  readonly keys: number;
  readonly directions: string;
}

const setMarket = (fields: string) => `setMarket(uint8,${fields})`;
const LETTERS = "=-+r";

export const JUDGE_TABLES: readonly JudgeTable[] = [
  {
    judge: "BandJudge",
    target: "PriceBandSensor",
    setter: setMarket(
      "(uint16,uint16,uint16,uint24,uint24,uint24,uint8,uint8,uint8,uint24,uint16,uint16,uint16,uint24,uint8,uint8)",
    ),
    getter: "band(uint8)",
    keys: 1,
    directions: "---===rrr==--===",
  },
  {
    judge: "DrawdownJudge",
    target: "DrawdownSensor",
    setter: setMarket(
      "(uint16,uint16,uint16,uint16,uint16,uint16,uint8,uint8,uint8,uint24,uint24,uint16,uint16,uint8)",
    ),
    getter: "parametersOf(uint8)",
    keys: 1,
    directions: "------rrr=====",
  },
  {
    judge: "OracleHealthJudge",
    target: "OracleHealthSensor",
    setter: setMarket("(uint8,uint24,uint16,uint24,uint24,uint8,uint8,uint8,uint8,uint8)"),
    getter: "parametersOf(uint8)",
    keys: 1,
    directions: "+---+rrrrr",
  },
  {
    judge: "CorroborationJudge",
    target: "CorroborationSensor",
    setter: setMarket("(uint8,uint24,uint8,uint8)"),
    getter: "parametersOf(uint8)",
    keys: 1,
    directions: "-+=r",
  },
  {
    judge: "VolatilityJudge",
    target: "VolatilitySensor",
    setter: setMarket("(uint16,uint24,uint16,uint16,uint16,uint16,uint16,uint24,uint24,uint16,uint16,uint8)"),
    getter: "parametersOf(uint8)",
    keys: 1,
    directions: "++-----++=+=",
  },
  {
    judge: "SilenceJudge",
    target: "SilenceSensor",
    setter: "setParameters((uint8,uint24,uint8))",
    getter: "parameters()",
    keys: 0,
    directions: "=-r",
  },
];

/** Which judge says of a contract's changes whether they tighten. What has none waits, whatever it is. */
export function judgedContracts({
  sensors,
  council,
  freshness,
  venue,
}: NetworkParameters): { target: string; judge: string }[] {
  const tables = JUDGE_TABLES.filter(({ target }) => target in sensors);
  return [
    { target: "IncidentHub", judge: "HubJudge" },
    { target: "PriceAggregator", judge: "AggregatorJudge" },
    ...(freshness ? [{ target: "FreshnessGate", judge: "GateJudge" }] : []),
    ...(council ? [{ target: "Council", judge: "CouncilJudge" }] : []),
    ...(venue ? [{ target: "ClearingHouse", judge: "ClearingJudge" }] : []),
    ...(venue?.desk ? [{ target: "OperatorDesk", judge: "DeskJudge" }] : []),
    ...(sensors.SolvencySensor ? [{ target: "SolvencySensor", judge: "SolvencyJudge" }] : []),
    ...tables.map(({ target, judge }) => ({ target, judge })),
  ];
}

/** Judges, then roles and timelock, which `GovernanceSetup` creates in its constructor. */
export function planGovernance(parameters: NetworkParameters): PlannedContract[] {
  if (!parameters.governance) return [];
  const tables = JUDGE_TABLES.filter(({ target }) => target in parameters.sensors);
  return [
    planned("HubJudge", () => []),
    planned("AggregatorJudge", () => []),
    ...(parameters.freshness ? [planned("GateJudge", () => [])] : []),
    planned("TimelockJudge", () => []),
    ...(parameters.council ? [planned("CouncilJudge", () => [])] : []),
    ...(parameters.venue ? [planned("ClearingJudge", () => [])] : []),
    ...(parameters.venue?.desk ? [planned("DeskJudge", () => [])] : []),
    ...(parameters.sensors.SolvencySensor ? [planned("SolvencyJudge", () => [])] : []),
    ...tables.map((table) => ({ ...planned("FieldJudge", () => [rulesOf(table)]), name: table.judge })),
    // The root and bundles may change all of it afterwards.
    { ...planned("GovernanceSetup", setupArguments), settable: [0, 1] },
    // The first contract that an account creates by itself has nonce 1.
    { ...planned("AccessManager", () => []), createdBy: { contract: "GovernanceSetup", nonce: 1 } },
    { ...planned("ParameterTimelock", () => []), createdBy: { contract: "GovernanceSetup", nonce: 2 } },
  ];
}

function rulesOf({ setter, getter, keys, directions }: JudgeTable) {
  const selector = (signature: string) => id(signature).slice(0, 10);
  const numbers = [...directions].map((letter) => LETTERS.indexOf(letter));
  return { setter: selector(setter), getter: selector(getter), keys, directions: numbers };
}

function setupArguments({ at, parameters }: PlannedChain): readonly unknown[] {
  const { governance } = parameters;
  if (!governance) return [];
  const { root, rootDelaySeconds, proposers, tighteners, guardians, delaySeconds, expirySeconds, capBps } = governance;
  const judges = judgedContracts(parameters).map(({ target, judge }) => ({ target: at(target), judge: at(judge) }));
  const previewers = parameters.venue ? [at("ClearingPreview")] : [];
  const timelock = { delaySeconds, expirySeconds, capBps, ownJudge: at("TimelockJudge"), judges, previewers };
  return [{ root, rootDelaySeconds, proposers, tighteners, guardians }, timelock];
}
