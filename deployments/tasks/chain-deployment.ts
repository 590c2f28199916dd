import { keccak256 } from "ethers";

import { readCompiledContract } from "../compiled-contract.ts";
import type { ContractRecord } from "../network-record.ts";
import { type Deployed, createTransactionBatch } from "../transaction-batch.ts";
import type { DeploymentTarget } from "./deployment-target.ts";

/** The deployment of one chain while it is being made. */
export interface ChainDeployment {
  readonly owner: string;
  /** @param name Name in the record where it is not the contract's own. */
  deploy(folder: string, contract: string, args: readonly unknown[], name?: string): Deployed;
  call(to: Deployed, method: string, args: readonly unknown[]): void;
  fund(to: string, wei: bigint): void;
  /** Waits until all of it is mined. */
  finish(): Promise<Record<string, ContractRecord>>;
}

interface Named {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly address: string;
}

/** Starts a deployment with the target's deployer, who owns all of it. */
export async function createChainDeployment(target: DeploymentTarget): Promise<ChainDeployment> {
  const { provider, deployer, name: chain } = target;
  const batch = await createTransactionBatch({ signer: deployer, provider, chain });
  const owner = await deployer.getAddress();
  const contracts: Named[] = [];
  return {
    owner,
    deploy(folder, contract, args, name = contract) {
      const deployed = batch.deploy(readCompiledContract(folder, contract), args);
      contracts.push({ name, args, address: deployed.address });
      return deployed;
    },
    call: (to, method, args) => batch.call({ to: to.address, abi: to.abi, method, args }),
    fund: (to, wei) => batch.fund(to, wei),
    async finish() {
      const blocks = await batch.settle();
      const entries = contracts.map(async ({ name, args, address }): Promise<[string, ContractRecord]> => {
        const codeHash = keccak256(await provider.getCode(address));
        return [name, { address, args: args.map(toJson), block: blocks.get(address) ?? 0, codeHash }];
      });
      return Object.fromEntries(await Promise.all(entries));
    },
  };
}

type Json = ContractRecord["args"][number];

/** Integers that JSON cannot hold become decimal text; everything else is JSON already. */
function toJson(value: unknown): Json {
  const text = JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
  const json: Json = JSON.parse(text);
  return json;
}
