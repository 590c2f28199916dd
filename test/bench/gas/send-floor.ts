import { type Contract, parseEther } from "ethers";

import type { Packet } from "../../../localnet/layerzero/workers/packet.ts";
import { deployCompiled, send, type MeshChain } from "../../support/layerzero-mesh.ts";

/** Twenty sends. */
export const ALL_PEERS_GAS = 16_000_000n;

/** A contract that does nothing but send, with money to do so. */
export async function deploySendFloor({ wallet, layerzero }: MeshChain): Promise<Contract> {
  const deployer = wallet("deployer");
  const sender = await deployCompiled(deployer, "SendFloor", [layerzero.endpoint]);
  await (await deployer.sendTransaction({ to: await sender.getAddress(), value: parseEther("10") })).wait();
  return sender;
}

/** Sends what `packet` holds, and buys as much gas for it, to `receiver` on each of `eids`. */
export async function sendBare(sender: Contract, eids: readonly number[], receiver: string, packet: Packet) {
  return send(sender, "send", [eids, receiver, packet.message, optionsFor(packet.gasLimit)]);
}

/** {@link sendBare}, paying each fee exactly. */
export async function sendBarePaying(
  sender: Contract,
  { eids, receiver, fees }: { eids: readonly number[]; receiver: string; fees: readonly bigint[] },
  packet: Packet,
) {
  const args = [eids, receiver, packet.message, optionsFor(packet.gasLimit), [...fees]];
  return send(sender, "sendPaying", args, ALL_PEERS_GAS);
}

/** Type-3 options with one lzReceive option: worker 1, 17 bytes, kind 1, gas limit. */
function optionsFor(gasLimit: bigint): string {
  return `0x0003${"01"}${"0011"}${"01"}${gasLimit.toString(16).padStart(32, "0")}`;
}
