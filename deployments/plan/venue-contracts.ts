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

/** The reference venue, where the parameters have a section for it. */
export function planVenue({ venue, governance }: NetworkParameters): PlannedContract[] {
  if (!venue) return [];
  const { decimals, at: given } = venue.collateral;
  const parts = HOUSE_PARTS.map((part, index): PlannedContract => {
    const before = HOUSE_PARTS[index - 1];
    return planned(part, (chain) => [setupOf(chain), ...(before === undefined ? [] : [chain.at(before)])]);
  });
  return [
    ...(given === undefined ? [planned(COLLATERAL, () => [decimals])] : []),
    ...parts,
    ...(governance ? [planned("ClearingPreview", ({ at }) => [at("ClearingHouse")])] : []),
  ];
}

/** As `ClearingSetup` has it. */
function setupOf({ at, name, deployer, parameters }: PlannedChain): readonly unknown[] {
  const collateral = parameters.venue?.collateral.at?.[name] ?? at(COLLATERAL);
  return [at("IncidentHub"), at("PriceAggregator"), collateral, deployer];
}
