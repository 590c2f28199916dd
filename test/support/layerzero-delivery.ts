import { Contract, getBytes, keccak256, solidityPacked, type ContractTransactionReceipt } from "ethers";

import { dvnSigner } from "../../localnet/chains/accounts.ts";
import { LAYERZERO_ARTIFACTS as ARTIFACTS } from "../../localnet/layerzero/artifacts.ts";
import { VERIFIER_ID_MODULUS } from "../../localnet/layerzero/deploy-layerzero.ts";
import { ENDPOINT, RECEIVE_ULN } from "../../localnet/layerzero/workers/delivery-events.ts";
import { decodePacket, type Packet } from "../../localnet/layerzero/workers/packet.ts";
import { send, type MeshChain } from "./layerzero-mesh.ts";

type Receipt = ContractTransactionReceipt;

const NEVER = 2n ** 40n;
const CONFIRMATIONS = 1;
/** What endpoint and executor use besides the receiver's own gas, and more. */
const OVERHEAD_GAS = 500_000n;

/** The packets that a transaction sent. */
export function readPackets(receipt: Receipt): Packet[] {
  return receipt.logs.flatMap((log) => {
    const event = ENDPOINT.parseLog(log);
    return event?.name === "PacketSent" ? [decodePacket(String(event.args[0]), String(event.args[1]))] : [];
  });
}

/** DVN `index` says at the destination that it has seen `payloadHash` under the packet's header. */
export async function verifyBy(
  index: 0 | 1,
  to: MeshChain,
  packet: Packet,
  payloadHash = packet.payloadHash,
): Promise<Receipt> {
  const vid = to.eid % VERIFIER_ID_MODULUS;
  const target = to.layerzero.receiveUln;
  const callData = RECEIVE_ULN.encodeFunctionData("verify", [packet.header, payloadHash, CONFIRMATIONS]);
  const packed = solidityPacked(["uint32", "address", "uint256", "bytes"], [vid, target, NEVER, callData]);
  const signatures = await dvnSigner(index).signMessage(getBytes(keccak256(packed)));
  const dvn = new Contract(to.layerzero.dvns[index] ?? "", ARTIFACTS.DVN.abi, to.wallet(index === 0 ? "dvn1" : "dvn2"));
  return send(dvn, "execute", [[{ vid, target, callData, expiration: NEVER, signatures }]]);
}

/** Anybody may: both DVNs have verified the packet. */
export async function commit(to: MeshChain, packet: Packet): Promise<Receipt> {
  const library = new Contract(to.layerzero.receiveUln, ARTIFACTS.ReceiveUln302.abi, to.wallet("executor"));
  return send(library, "commitVerification", [packet.header, packet.payloadHash]);
}

/** Both DVNs verify, somebody commits. */
export async function verifyAndCommit(to: MeshChain, packet: Packet): Promise<Receipt[]> {
  return [await verifyBy(0, to, packet), await verifyBy(1, to, packet), await commit(to, packet)];
}

/** Delivers straight at the endpoint, as anybody may. */
export async function receive(to: MeshChain, packet: Packet): Promise<Receipt> {
  const gasLimit = packet.gasLimit + OVERHEAD_GAS;
  const endpoint = new Contract(to.layerzero.endpoint, ARTIFACTS.EndpointV2.abi, to.wallet("user"));
  const args = [originOf(packet), packet.receiver, packet.guid, packet.message, "0x"];
  return send(endpoint, "lzReceive", args, gasLimit);
}

/** Delivers as LayerZero's executor does, which gives the receiver `gasLimit` and survives its failure. */
export async function execute(to: MeshChain, packet: Packet, gasLimit = packet.gasLimit): Promise<Receipt> {
  const executor = new Contract(to.layerzero.executor, ARTIFACTS.Executor.abi, to.wallet("executor"));
  const { receiver, guid, message } = packet;
  const params = { origin: originOf(packet), receiver, guid, message, extraData: "0x", gasLimit };
  return send(executor, "execute302", [params], gasLimit * 2n + OVERHEAD_GAS);
}

/** The events of that name which an endpoint emitted in a transaction. */
export function endpointEvents(receipt: Receipt, name: string) {
  return receipt.logs.map((log) => ENDPOINT.parseLog(log)).filter((event) => event?.name === name);
}

function originOf({ srcEid, sender, nonce }: Packet) {
  return { srcEid, sender, nonce };
}
