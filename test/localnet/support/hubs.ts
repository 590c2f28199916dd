import { Contract, type ContractTransactionReceipt } from "ethers";

import { readCompiledContract } from "../../../deployments/compiled-contract.ts";
import { addressOf } from "../../../deployments/network-record.ts";
import type { LocalChain } from "../../../localnet/chains/start-chain.ts";
import type { Localnet } from "../../../localnet/start-localnet.ts";

/** A hub where the account "user" may assert everything, so that a test is its own sensor. */
export interface TestHub {
  readonly chain: LocalChain;
  readonly hub: Contract;
  /** Asserts `rungs` (breaker in bits 4 and 5, margin in bits 0 to 2) for `market`. */
  assert(market: number, rungs: number): Promise<void>;
  broadcast(): Promise<void>;
  digest(): Promise<string>;
  /** The byte of `market` in the posture, registration bit included. */
  postureByte(market: number): Promise<number>;
}

export const CAUTION_M1 = 0x11;
export const REDUCE_ONLY_M2 = 0x22;
export const HALTED_M3 = 0x33;
export const REGISTERED = 0x80;

const GRANT = { isActive: true, cause: 0, localCeiling: 0x34, meshCeiling: 0x34, markets: 0xffff_ffff };

export async function openHubs(localnet: Localnet): Promise<TestHub[]> {
  return Promise.all(localnet.chains.map((chain, index) => openHub(chain, localnet, index)));
}

async function openHub(chain: LocalChain, localnet: Localnet, index: number): Promise<TestHub> {
  const { abi } = readCompiledContract("hub", "IncidentHub");
  const hub = new Contract(addressOf(localnet.record.chains[index]!, "IncidentHub"), abi, chain.wallet("user"));
  const governed = new Contract(hub.target, abi, chain.wallet("deployer"));
  await mined(governed.getFunction("setSensor").send(chain.wallet("user").address, GRANT));
  return {
    chain,
    hub,
    assert: async (market, rungs) => void (await mined(hub.getFunction("assertRungs").send(market, rungs))),
    broadcast: async () => void (await mined(hub.getFunction("broadcast").send())),
    digest: async () => String(await hub.getFunction("meshDigest")()),
    postureByte: async (market) =>
      Number((BigInt(await hub.getFunction("postureNow")()) >> BigInt(8 * market)) & 0xffn),
  };
}

type Sent = Promise<{ wait(): Promise<ContractTransactionReceipt | null> }>;

async function mined(sent: Sent): Promise<ContractTransactionReceipt> {
  const receipt = await (await sent).wait();
  if (!receipt) throw new RangeError("a transaction was replaced");
  return receipt;
}
