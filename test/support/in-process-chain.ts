import { computeAddress, parseEther } from "ethers";

import { createEvmChain, type EvmChain } from "../../relayer/adapters/evm/evm-chain.ts";
import type { Hex } from "../../relayer/domain/hex.ts";
import { createInProcessNode, type InProcessHub, MESH_ID } from "./in-process-hub.ts";

/** Of the wallet that sends; means nothing anywhere else. */
const WALLET_KEY: Hex = `0x${"b1".repeat(32)}`;

/** The adapter of an in-process chain, with money in its wallet. */
export async function openInProcessChain(
  host: InProcessHub,
  differs: Partial<Parameters<typeof createEvmChain>[0]> = {},
): Promise<EvmChain> {
  await (await host.owner.sendTransaction({ to: computeAddress(WALLET_KEY), value: parseEther("100") })).wait();
  return createEvmChain({
    ...{ ...host, hub: host.address, name: `chain-${host.chainId}`, meshId: MESH_ID },
    ...{ finality: { depth: 1 }, maxLogRange: 100, rpcUrls: ["in-process"], wsUrl: null },
    ...{ walletKey: WALLET_KEY, operators: [], createNode: () => createInProcessNode(host) },
    ...differs,
  });
}
