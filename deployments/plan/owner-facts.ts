import { addressOf } from "../network-record.ts";
import { ENDPOINT_ABI } from "../tasks/layerzero-abi.ts";
import { type ContractReader, readerAt, readerOf } from "./contract-reader.ts";
import { type FactContext, type FactGroup, equal } from "./fact.ts";
import type { ContractName } from "./sources.ts";
import { HOUSE_PARTS } from "./venue-contracts.ts";

/** What has an owner, where it is there. The hub comes last: until then its owner can still mend what is wrong. */
const OWNED: readonly ContractName[] = [
  "PriceAggregator",
  "FreshnessGate",
  "PriceBandSensor",
  "VolatilitySensor",
  "DrawdownSensor",
  "OracleHealthSensor",
  "SilenceSensor",
  "CorroborationSensor",
  "DrillSensor",
  ...HOUSE_PARTS,
  "OperatorDesk",
  "OutflowSensor",
  "SolvencySensor",
  "KeeperTreasury",
  "PublicAlarm",
  "Council",
  "IncidentHub",
];

export function ownedContracts({ own }: FactContext): readonly ContractName[] {
  return OWNED.filter((name) => own.contracts[name] !== undefined);
}

/** Who governs: the owner of every contract, and the delegate that may change the hub's LayerZero configuration. */
export function ownerFacts(context: FactContext): FactGroup[] {
  const { governance, owner: given } = context.parameters;
  const owner = governance ? addressOf(context.own, "ParameterTimelock") : (given ?? context.own.deployer);
  const holdsAtCreation = owner === context.own.deployer;
  const groups = [
    delegate(context, owner),
    ...ownedContracts(context).map((name) => ownerOf(readerOf(context, name), name, owner)),
  ];
  return groups.map((group) => ({ ...group, holdsAtCreation }));
}

function delegate(context: FactContext, owner: string): FactGroup {
  const hub = readerOf(context, "IncidentHub");
  const endpoint = readerAt(context, context.own.endpoint, ENDPOINT_ABI);
  return {
    stage: "owners",
    expected: { "LayerZero delegate": equal(owner) },
    read: async () => ({ "LayerZero delegate": await endpoint.ask("delegates", hub.address) }),
    mend: () => [hub.step("setDelegate", owner)],
  };
}

function ownerOf(contract: ContractReader, name: string, owner: string): FactGroup {
  return {
    stage: "owners",
    expected: { [`${name} owner`]: equal(owner) },
    read: async () => ({ [`${name} owner`]: await contract.ask("owner") }),
    mend: () => [contract.step("transferOwnership", owner)],
  };
}
