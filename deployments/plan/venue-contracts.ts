import type { NetworkParameters } from "../network-parameters.ts";
import { type PlannedChain, type PlannedContract, planned } from "./planned-contract.ts";
import type { ContractName } from "./sources.ts";

/** The token that a devnet's venue takes. */
export const COLLATERAL = "MintableToken";

/** The house's parts on one storage, from the last that is asked to the house itself. Each but the first hands on to the one before. */
export const HOUSE_PARTS: readonly ContractName[] = [
  "ClearingFunds",
  "ClearingOffice",
  "ClearingRoster",
  "ClearingClosure",
  "ClearingRecovery",
  "ClearingTeller",
  "ClearingHouse",
];

/** Name that the vault of the fund of `market` has in a record. */
export function vaultName(market: number): string {
  return `InsuranceFund.${market}`;
}

/** The reference venue, where the parameters have a section for it: the house, the vaults of its funds, the operators' desk. */
export function planVenue({ venue, governance }: NetworkParameters): PlannedContract[] {
  if (!venue) return [];
  const { decimals, at: given } = venue.collateral;
  const parts = HOUSE_PARTS.map((part, index): PlannedContract => {
    const before = HOUSE_PARTS[index - 1];
    return planned(part, (chain) => [setupOf(chain), ...(before === undefined ? [] : [chain.at(before)])]);
  });
  const vaults = Object.entries(venue.funds).flatMap(([market, { vault }]): PlannedContract[] => {
    if (!vault) return [];
    const args = ({ at }: PlannedChain) => [at("ClearingHouse"), Number(market), vault.name, vault.symbol];
    return [{ ...planned("InsuranceFund", args), name: vaultName(Number(market)) }];
  });
  const desk = planned("OperatorDesk", ({ at, eid, deployer }) => {
    return [at("IncidentHub"), at("ClearingHouse"), eid, deployer];
  });
  return [
    ...(given === undefined ? [planned(COLLATERAL, () => [decimals])] : []),
    ...parts,
    ...vaults,
    ...(venue.desk ? [desk] : []),
    ...(governance ? [planned("ClearingPreview", ({ at }) => [at("ClearingHouse")])] : []),
  ];
}

/** The sensors that watch it. */
export function planVenueSensors({ sensors }: NetworkParameters): PlannedContract[] {
  const { OutflowSensor: outflow, SolvencySensor: solvency } = sensors;
  return [
    ...(outflow
      ? [
          planned("OutflowSensor", ({ at, deployer }) => [
            at("IncidentHub"),
            at("ClearingHouse"),
            outflow.unit,
            deployer,
          ]),
        ]
      : []),
    ...(solvency
      ? [planned("SolvencySensor", ({ at, deployer }) => [at("IncidentHub"), deployer, solvency.mostDust])]
      : []),
  ];
}

/** As `ClearingSetup` has it. */
function setupOf({ at, name, deployer, parameters }: PlannedChain): readonly unknown[] {
  const collateral = parameters.venue?.collateral.at?.[name] ?? at(COLLATERAL);
  return [at("IncidentHub"), at("PriceAggregator"), collateral, deployer];
}
