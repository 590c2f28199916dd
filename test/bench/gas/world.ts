import { ContractFactory, Wallet, computeAddress, type Contract } from "ethers";

import type { Hex } from "../../../relayer/domain/hex.ts";
import { OPERATOR_KEYS } from "../../support/in-process-hub.ts";
import { deployCompiled, startLayerZeroMesh, type MeshChain } from "../../support/layerzero-mesh.ts";
import { fetchChainlinkCode } from "./chainlink.ts";

export const MARKET = 1;
/** Halted and M4. */
export const HALT = 0x34;

/** Operators in ascending order of their addresses, as signatures have to be. */
export const OPERATORS = OPERATOR_KEYS.map((key) => new Wallet(key)).toSorted((a, b) =>
  BigInt(a.address) < BigInt(b.address) ? -1 : 1,
);

/** Two chains: `home`, which trips and sends, and `away`, which receives. */
export interface GasWorld {
  readonly home: MeshChain;
  readonly away: MeshChain;
}

/** Fresh chains for each group of figures, so that no figure depends on which were measured before. */
export async function startGasWorld(): Promise<GasWorld> {
  const operators = OPERATOR_KEYS.map((key: Hex) => computeAddress(key));
  const [home, away] = await startLayerZeroMesh({ chains: ["chain0", "chain1"], operators });
  if (home === undefined || away === undefined) throw new RangeError("two chains were asked for");
  return { home, away };
}

export async function stopGasWorld({ home, away }: GasWorld): Promise<void> {
  await Promise.all([home.provider.close(), away.provider.close()]);
}

export function deployMock(chain: MeshChain, name: string, args: readonly unknown[] = []): Promise<Contract> {
  return deployCompiled(chain.wallet("deployer"), ["mocks/hub/floors", name], args);
}

const RMN_REMOTE_ABI = [
  "constructor(uint64 localChainSelector, address legacyRmn)",
  "function curse(bytes16 subject)",
  "function isCursed(bytes16 subject) view returns (bool)",
];
const RMN_PROXY_ABI = ["constructor(address rmn)"];
/** Any but zero. */
const CHAIN_SELECTOR = 5_009_297_550_715_157_269n;
const NO_LEGACY = "0x0000000000000000000000000000000000000000";

export interface Chainlink {
  readonly remote: Contract;
  /** Address of the proxy that answers for it. */
  readonly proxy: string;
}

/** Chainlink's RMNRemote behind its proxy, or null when it could not be fetched. */
export async function deployChainlink({ wallet }: MeshChain): Promise<Chainlink | null> {
  const code = await fetchChainlinkCode();
  if (code === null) return null;
  const deployer = wallet("deployer");
  const remote = await new ContractFactory(RMN_REMOTE_ABI, code.rmnRemote, deployer).deploy(CHAIN_SELECTOR, NO_LEGACY);
  await remote.waitForDeployment();
  const proxy = await new ContractFactory(RMN_PROXY_ABI, code.rmnProxy, deployer).deploy(await remote.getAddress());
  await proxy.waitForDeployment();
  return { remote: remote as Contract, proxy: await proxy.getAddress() };
}
