import path from "node:path";

import { JsonRpcProvider, Network, toQuantity } from "ethers";

import { readCompiledContract } from "../../../deployments/compiled-contract.ts";
import type { NetworkParameters } from "../../../deployments/network-parameters.ts";
import { packLimits } from "../../../deployments/schema.ts";
import { createTransactionBatch } from "../../../deployments/transaction-batch.ts";
import { roleWallet } from "../../../localnet/chains/accounts.ts";
import { startAnvil } from "../../../localnet/chains/anvil-process.ts";
import { findFreePort } from "../../../localnet/processes/free-port.ts";
import { packLeases } from "../../../relayer/domain/incident/leases.ts";
import { type ChainWatch, watchChain } from "./chain-watch.ts";
import { HIGHEST_RUNGS, MARKETS } from "./ladder.ts";

/** All that a sender has to know of a chain. Plain data: it goes to threads as it is. */
export interface Target {
  readonly name: string;
  readonly eid: number;
  readonly chainId: number;
  readonly startBlock: number;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  /** The relayer under test serves the first; the second is for what it is compared with, and it never looks there. */
  readonly hubs: { readonly relayed: string; readonly other: string };
}

/** A chain of the bench: an anvil process, an endpoint that nobody delivers to, and two hubs. */
export interface BenchChain extends Target {
  readonly provider: JsonRpcProvider;
  readonly watch: ChainWatch;
  mine(blocks: number): Promise<void>;
  /** From now on nothing is mined but by {@link mine}. */
  holdBlocks(): Promise<void>;
}

export function targetOf({ name, eid, chainId, startBlock, rpcUrl, wsUrl, hubs }: BenchChain): Target {
  return { name, eid, chainId, startBlock, rpcUrl, wsUrl, hubs };
}

export interface BenchChainOptions {
  readonly index: number;
  readonly dir: string;
  readonly parameters: NetworkParameters;
  /** What ends the chain is handed in as soon as it runs. */
  readonly onStarted: (stop: () => Promise<void>) => Promise<void>;
}

const FIRST_EID = 50_901;
const FIRST_CHAIN_ID = 31_000;
const HUBS = 2;
/** A relayer starts from a finalised block, and that one has to hold the hub: more than anvil keeps back. */
const BLOCKS_TO_FINALITY = 6;

export async function startBenchChain({ index, dir, parameters, onStarted }: BenchChainOptions): Promise<BenchChain> {
  const name = `chain-${String(index)}`;
  const chainId = FIRST_CHAIN_ID + index;
  const port = await findFreePort();
  const own = path.join(dir, name);
  const anvil = await startAnvil({ chainId, port, dir: own, stateFile: path.join(own, "state.json") });
  await onStarted(() => anvil.end("SIGKILL"));

  const rpcUrl = `http://127.0.0.1:${String(port)}`;
  const wsUrl = `ws://127.0.0.1:${String(port)}`;
  const network = new Network(name, chainId);
  const provider = new JsonRpcProvider(rpcUrl, network, { staticNetwork: network, batchMaxCount: 1, cacheTimeout: -1 });
  const eid = FIRST_EID + index;
  const deployed = await deployHubs({ name, eid, provider }, parameters);
  const mine = async (blocks: number) => void (await provider.send("anvil_mine", [toQuantity(blocks)]));
  await mine(BLOCKS_TO_FINALITY);
  return {
    ...{ name, eid, chainId, rpcUrl, wsUrl, provider, ...deployed, mine },
    watch: await watchChain(wsUrl),
    holdBlocks: async () => void (await provider.send("evm_setAutomine", [false])),
  };
}

/** Both hubs alike: the network's own leases and limits, every market registered, one account that may assert. */
async function deployHubs(
  { name, eid, provider }: { name: string; eid: number; provider: JsonRpcProvider },
  parameters: NetworkParameters,
): Promise<Pick<BenchChain, "startBlock" | "hubs">> {
  const deployer = roleWallet("deployer");
  const batch = await createTransactionBatch({ signer: deployer, provider, chain: name });
  const endpoint = batch.deploy(readCompiledContract("mocks/hub", "EndpointModel"), [eid]);
  const { meshId, operators } = parameters;
  const [leases, limits] = [packLeases(parameters.leases), packLimits(parameters.limits)];
  const args = [endpoint.address, deployer.address, meshId, leases, limits, operators];
  const grant = [true, 0, HIGHEST_RUNGS, HIGHEST_RUNGS, MARKETS.reduce((bits, market) => bits | (1 << market), 0)];
  const hubs = Array.from({ length: HUBS }, () => batch.deploy(readCompiledContract("hub", "IncidentHub"), args));
  for (const { address: to, abi } of hubs) {
    for (const market of MARKETS) batch.call({ to, abi, method: "registerMarket", args: [market] });
    batch.call({ to, abi, method: "setSensor", args: [roleWallet("user").address, grant] });
  }
  const blocks = await batch.settle();
  const [relayed = "", other = ""] = hubs.map(({ address }) => address);
  return { startBlock: Math.max(...blocks.values()), hubs: { relayed, other } };
}
