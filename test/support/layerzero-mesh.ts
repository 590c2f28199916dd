import { Contract, ContractFactory, type HDNodeWallet, parseEther, zeroPadValue } from "ethers";
import { artifacts } from "hardhat";

import { type Role, roleWallet } from "../../localnet/chains/accounts.ts";
import type { LocalChain } from "../../localnet/chains/start-chain.ts";
import { deployLayerZero } from "../../localnet/layerzero/deploy-layerzero.ts";
import type { LayerZeroStack } from "../../localnet/layerzero/wire-layerzero.ts";
import { DEFAULT_LEASES, HIGHEST_RUNGS, MESH_ID } from "./in-process-hub.ts";
import { InProcessProvider, type InProcessChain } from "./in-process-provider.ts";

/** Unix seconds at which such a chain starts: years ahead, so that no wall clock interferes. */
export const MESH_START_SECONDS = 2_000_000_000;

/** Reduce-only and M2: rungs as the hub packs them. */
const SOLO_RUNGS = 0x22;
const FIRST_EID = 50_901;
const FIRST_CHAIN_ID = 31_000;

/** A chain in this process with LayerZero's real contracts and a hub. */
export interface MeshChain {
  readonly eid: number;
  readonly provider: InProcessProvider;
  readonly layerzero: LayerZeroStack;
  /** Called by the deployer, who owns it and is a sensor up to the highest rungs for markets 0 and 1. */
  readonly hub: Contract;
  wallet(role: Role): HDNodeWallet;
}

export interface MeshOptions {
  readonly chains: readonly InProcessChain[];
  readonly operators: readonly string[];
}

/** Hubs on LayerZero's real contracts, each the peer of all others, over LayerZero's defaults of two required DVNs. */
export async function startLayerZeroMesh({ chains, operators }: MeshOptions): Promise<MeshChain[]> {
  const providers = await Promise.all(chains.map((chain) => InProcessProvider.create(chain, MESH_START_SECONDS)));
  const locals = providers.map(asLocalChain);
  const stacks = await deployLayerZero(locals);
  const mesh = await Promise.all(
    providers.map(async (provider, index): Promise<MeshChain> => {
      const { eid, wallet } = locals[index]!;
      const layerzero = stacks[index]!;
      const hub = await deployHub(wallet("deployer"), layerzero.endpoint, operators);
      return { eid, provider, layerzero, hub, wallet };
    }),
  );
  for (const own of mesh) {
    for (const peer of mesh) {
      if (peer !== own) await send(own.hub, "setPeer", [peer.eid, zeroPadValue(await peer.hub.getAddress(), 32)]);
    }
  }
  return mesh;
}

/** Enough for all that is sent here; an estimate would be made at another time than the block's. */
const GAS_LIMIT = 8_000_000n;

/** Calls a contract, waits until the call is mined, and returns the receipt. */
export async function send(contract: Contract, method: string, args: readonly unknown[], gasLimit = GAS_LIMIT) {
  const transaction = await contract.getFunction(method).send(...args, { gasLimit });
  const receipt = await transaction.wait();
  if (receipt === null) throw new TypeError(`${method} has no receipt`);
  return receipt;
}

/** Deploys a contract of ours, whatever file it is in. */
export async function deployCompiled(
  deployer: HDNodeWallet,
  name: string,
  args: readonly unknown[] = [],
): Promise<Contract> {
  const { abi, bytecode } = await artifacts.readArtifact(name);
  const contract = await new ContractFactory(abi, bytecode, deployer).deploy(...args);
  await contract.waitForDeployment();
  return new Contract(await contract.getAddress(), abi, deployer);
}

async function deployHub(deployer: HDNodeWallet, endpoint: string, operators: readonly string[]): Promise<Contract> {
  const ceilings = { peerCeiling: HIGHEST_RUNGS, soloCeiling: SOLO_RUNGS, quorumCeiling: HIGHEST_RUNGS };
  const limits = { ...ceilings, quorum: 2 };
  const args = [endpoint, deployer.address, MESH_ID, DEFAULT_LEASES, limits, operators];
  const hub = await deployCompiled(deployer, "IncidentHub", args);
  for (const market of [0, 1]) await send(hub, "registerMarket", [market]);
  await send(hub, "setSensor", [deployer.address, [true, 0, HIGHEST_RUNGS, HIGHEST_RUNGS, 0b11]]);
  await (await deployer.sendTransaction({ to: await hub.getAddress(), value: parseEther("10") })).wait();
  return hub;
}

/** Of a local chain {@link deployLayerZero} uses only what is here. */
function asLocalChain(provider: InProcessProvider, index: number): LocalChain {
  const wallets = new Map<Role, HDNodeWallet>();
  const wallet = (role: Role): HDNodeWallet => {
    const connected = wallets.get(role) ?? roleWallet(role).connect(provider);
    wallets.set(role, connected);
    return connected;
  };
  const eid = FIRST_EID + index;
  const chainId = FIRST_CHAIN_ID + index;
  const part: Pick<LocalChain, "name" | "eid" | "chainId" | "provider" | "wallet"> = {
    name: `in-process ${String(index)}`,
    eid,
    chainId,
    provider,
    wallet,
  };
  return part as LocalChain;
}
