import type { NetworkParameters } from "../network-parameters.ts";
import { type ChainRecord, type ContractRecord, addressOf } from "../network-record.ts";
import type { PlannedContract } from "../plan/planned-contract.ts";

/** Constructor arguments of `planned` on `chain`, whose contracts hold what comes before it in the plan. */
export function argsOf(
  planned: PlannedContract,
  chain: Pick<ChainRecord, "name" | "eid" | "endpoint" | "deployer" | "contracts">,
  parameters: NetworkParameters,
): readonly unknown[] {
  const { name, eid, endpoint, deployer } = chain;
  return planned.args({ name, eid, endpoint, deployer, parameters, at: (contract) => addressOf(chain, contract) });
}

/** The same for a contract that is there: what governance may have changed since is as it was then. */
export function argsAsCreated(
  planned: PlannedContract,
  chain: Pick<ChainRecord, "name" | "eid" | "endpoint" | "deployer" | "contracts">,
  parameters: NetworkParameters,
): readonly unknown[] {
  const recorded = chain.contracts[planned.name]?.args ?? [];
  const isSettable = (index: number) => planned.settable?.includes(index) === true;
  return argsOf(planned, chain, parameters).map((now, index) => (isSettable(index) ? recorded[index] : now));
}

/** Integers that JSON cannot hold become decimal text; everything else is JSON already. */
export function toJson(args: readonly unknown[]): ContractRecord["args"] {
  const text = JSON.stringify(args, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
  return JSON.parse(text) as ContractRecord["args"];
}
