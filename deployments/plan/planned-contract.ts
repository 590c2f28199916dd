import type { NetworkParameters } from "../network-parameters.ts";
import type { ContractName } from "./sources.ts";

/** A contract that every deployment has. */
export interface PlannedContract {
  /** In the record; the contract's own unless there are several of it. */
  readonly name: string;
  readonly contract: ContractName;
  readonly args: ConstructorArguments;
  /** Positions of arguments that governance may change afterwards: facts compare those, not the creation. */
  readonly settable?: readonly number[];
  /** Where another contract of the plan creates it: which, and as how many-eth. */
  readonly createdBy?: { readonly contract: string; readonly nonce: number };
}

/** Constructor arguments, from what comes before it in the plan. */
type ConstructorArguments = (chain: PlannedChain) => readonly unknown[];

/** What constructor arguments may depend on. */
export interface PlannedChain {
  readonly name: string;
  readonly eid: number;
  readonly endpoint: string;
  /** The account that deploys. It owns all of it until the hand-over. */
  readonly deployer: string;
  readonly parameters: NetworkParameters;
  /** @throws RangeError for a contract that comes later in the plan. */
  at(contract: string): string;
}

export function planned(contract: ContractName, args: ConstructorArguments): PlannedContract {
  return { name: contract, contract, args };
}
