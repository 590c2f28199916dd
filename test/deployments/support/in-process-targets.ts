import { roleWallet } from "../../../localnet/chains/accounts.ts";
import type { LocalChain } from "../../../localnet/chains/start-chain.ts";
import { deployLayerZero } from "../../../localnet/layerzero/deploy-layerzero.ts";
import type { LayerZeroAddresses } from "../../../deployments/network-record.ts";
import type { DeploymentTarget } from "../../../deployments/tasks/deployment-target.ts";
import { InProcessProvider, type InProcessChain } from "../../support/in-process-provider.ts";

const START_SECONDS = 2_000_000_000;
const FIRST_EID = 50_901;
const FIRST_CHAIN_ID = 31_000;

/** A chain in this process with LayerZero's real contracts on it and nothing of ours. */
export interface BareChain {
  readonly name: string;
  readonly eid: number;
  readonly chainId: number;
  readonly provider: InProcessProvider;
  readonly layerzero: LayerZeroAddresses;
}

export async function startBareChains(chains: readonly InProcessChain[]): Promise<BareChain[]> {
  const starting = chains.map(async (chain, index) => {
    const provider = await InProcessProvider.create(chain, START_SECONDS);
    return { name: `chain-${"ab"[index] ?? "c"}`, eid: FIRST_EID + index, chainId: FIRST_CHAIN_ID + index, provider };
  });
  const bare = await Promise.all(starting);
  // Of a local chain the stack's deployment uses only what is here.
  const locals = bare.map((chain) => {
    const wallet: LocalChain["wallet"] = (role) => roleWallet(role).connect(chain.provider);
    return { ...chain, wallet } as unknown as LocalChain;
  });
  const stacks = await deployLayerZero(locals);
  return bare.map((chain, index) => ({ ...chain, layerzero: stacks[index]! }));
}

/** `chain` as a task is given it, over `provider` in place of its own where something shall go wrong on the way. */
export function targetOf(chain: BareChain, provider: DeploymentTarget["provider"] = chain.provider): DeploymentTarget {
  const { name, eid, chainId, layerzero } = chain;
  return { name, eid, chainId, layerzero, provider, deployer: roleWallet("deployer").connect(provider) };
}
