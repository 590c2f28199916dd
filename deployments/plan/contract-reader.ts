import { Contract, type Interface } from "ethers";

import { readDeployedContract } from "../compiled-contract.ts";
import { addressOf } from "../network-record.ts";
import type { FactContext, Step } from "./fact.ts";
import type { ContractName } from "./sources.ts";

/** A contract of a deployment as facts use it: asks it, and says what would be sent to it. */
export interface ContractReader {
  readonly address: string;
  readonly abi: Interface;
  ask(method: string, ...args: readonly unknown[]): Promise<unknown>;
  step(method: string, ...args: readonly unknown[]): Step;
  /** As `step`, but sent after all others of its stage: what takes something away that the others may still need. */
  lateStep(method: string, ...args: readonly unknown[]): Step;
}

/** Contract `name`, at its address in the record. */
export function readerOf(context: FactContext, name: ContractName): ContractReader {
  return readerAt(context, addressOf(context.own, name), readDeployedContract(name).abi);
}

export function readerAt({ provider }: FactContext, address: string, abi: Interface): ContractReader {
  const contract = new Contract(address, abi, provider);
  return {
    address,
    abi,
    ask: async (method, ...args) => contract.getFunction(method).staticCall(...args),
    step: (method, ...args) => ({ kind: "call", to: address, abi, method, args }),
    lateStep: (method, ...args) => ({ kind: "call", to: address, abi, method, args, isLate: true }),
  };
}
