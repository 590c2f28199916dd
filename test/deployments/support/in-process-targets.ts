import { roleWallet } from "../../../localnet/chains/accounts.ts";
import type { LocalChain } from "../../../localnet/chains/start-chain.ts";
import { deployLayerZero } from "../../../localnet/layerzero/deploy-layerzero.ts";
import type { NetworkParameters } from "../../../deployments/network-parameters.ts";
import type { LayerZeroAddresses, NetworkRecord } from "../../../deployments/network-record.ts";
import { createMemoryStore } from "../../../deployments/record-store.ts";
import { deployMesh } from "../../../deployments/tasks/deploy.ts";
import type { DeploymentTarget } from "../../../deployments/tasks/deployment-target.ts";
import { wireMesh } from "../../../deployments/tasks/wire.ts";
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

/** Two chains with the whole of `parameters` deployed and wired, which every test of a `describe` finds as they were at first. */
export function useMesh(
  parameters: NetworkParameters,
  open: (chains: BareChain[], record: NetworkRecord) => void,
): void {
  let chains: BareChain[];
  let undo: readonly (() => Promise<void>)[];

  before(async () => {
    chains = await startBareChains(["chain0", "chain1"]);
    const targets = chains.map((chain) => targetOf(chain));
    const record = await deployMesh(targets, parameters, { store: createMemoryStore() });
    await wireMesh(targets, record, parameters);
    open(chains, record);
  });

  beforeEach(async () => {
    undo = await Promise.all(chains.map(({ provider }) => provider.remember()));
  });

  afterEach(() => Promise.all(undo.map((takeBack) => takeBack())));

  after(() => Promise.all(chains.map(({ provider }) => provider.close())));
}
