import { ContractFactory, Wallet, type Contract } from "ethers";

import { createTransactionBatch } from "../../../deployments/transaction-batch.ts";
import { wireLayerZero } from "../../../localnet/layerzero/wire-layerzero.ts";
import { OPERATOR_KEYS } from "../../support/in-process-hub.ts";
import { startLayerZeroMesh, type MeshChain } from "../../support/layerzero-mesh.ts";
import { fetchChainlinkCode } from "./chainlink.ts";

export const MARKET = 1;
/** Halted and M4, and what a lone operator may cause: rungs as the hub packs them. */
export const HALT = 0x34;
export const SOLO = 0x22;

/** Five operators in ascending order of their addresses, as signatures have to be. */
export const OPERATORS: readonly Wallet[] = [...OPERATOR_KEYS, `0x${"a4".repeat(32)}`, `0x${"a5".repeat(32)}`]
  .map((key) => new Wallet(key))
  .toSorted((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));

/** Peers that are only sent to: their chains do not exist here. */
export const DISTANT_EIDS: readonly number[] = Array.from({ length: 19 }, (_, index) => 50_903 + index);

/** Two chains: `home`, which trips and sends, and `away`, which receives. */
export interface GasWorld {
  readonly home: MeshChain;
  readonly away: MeshChain;
  /** Null when it was not asked for or could not be fetched. */
  readonly chainlink: Chainlink | null;
}

export interface Chainlink {
  readonly remote: Contract;
  /** Address of the proxy through which everybody asks. */
  readonly proxy: string;
}

export async function startGasWorld(withPeers: boolean): Promise<GasWorld> {
  const operators = OPERATORS.map(({ address }) => address);
  const [home, away] = await startLayerZeroMesh({ chains: ["chain0", "chain1"], operators });
  if (home === undefined || away === undefined) throw new RangeError("two chains were asked for");
  const signer = home.wallet("deployer");
  const batch = await createTransactionBatch({ signer, provider: home.provider, chain: "home" });
  wireLayerZero(batch, home.layerzero, DISTANT_EIDS);
  await batch.settle();
  return { home, away, chainlink: withPeers ? await deployChainlink(home) : null };
}

/** Runs `measure` and takes both chains back to where they were, so that no figure depends on which came before. */
export async function measureApart<T>({ home, away }: GasWorld, measure: () => Promise<T>): Promise<T> {
  const [undoHome, undoAway] = [await home.provider.remember(), await away.provider.remember()];
  try {
    return await measure();
  } finally {
    await undoHome();
    await undoAway();
  }
}

export async function stopGasWorld({ home, away }: GasWorld): Promise<void> {
  await Promise.all([home.provider.close(), away.provider.close()]);
}

const RMN_REMOTE_ABI = [
  "constructor(uint64 localChainSelector, address legacyRmn)",
  "function curse(bytes16 subject)",
  "function isCursed(bytes16 subject) view returns (bool)",
];
const RMN_PROXY_ABI = ["constructor(address rmn)"];
/** Ethereum's; any but zero would do. */
const CHAIN_SELECTOR = 5_009_297_550_715_157_269n;
const NO_LEGACY = `0x${"00".repeat(20)}`;

async function deployChainlink({ wallet }: MeshChain): Promise<Chainlink | null> {
  const code = await fetchChainlinkCode();
  if (code === null) return null;
  // Not the deployer: its contracts have the same addresses, and their calldata costs the same, with and without peers.
  const deployer = wallet("user");
  const remote = await new ContractFactory(RMN_REMOTE_ABI, code.rmnRemote, deployer).deploy(CHAIN_SELECTOR, NO_LEGACY);
  await remote.waitForDeployment();
  const proxy = await new ContractFactory(RMN_PROXY_ABI, code.rmnProxy, deployer).deploy(await remote.getAddress());
  await proxy.waitForDeployment();
  return { remote: remote as Contract, proxy: await proxy.getAddress() };
}
