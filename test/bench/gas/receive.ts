import { type ContractTransactionReceipt, zeroPadValue } from "ethers";

import type { Packet } from "../../../localnet/layerzero/workers/packet.ts";
import { readPackets, receive, verifyAndCommit } from "../../support/layerzero-delivery.ts";
import { deployCompiled, MESH_START_SECONDS, send, type MeshChain } from "../../support/layerzero-mesh.ts";
import type { Measurement } from "../measurement.ts";
import { deploySendFloor, sendBare } from "./send-floor.ts";
import { HALT, MARKET, type GasWorld } from "./world.ts";

const TRIP_AT = MESH_START_SECONDS + 1_000;

/** A verified message that halts a calm market, delivered at the endpoint: the whole transaction. */
export async function measureReceive(world: GasWorld): Promise<Measurement[]> {
  const { away, home } = world;
  const { packets, delivery } = await receiveHalt(world);

  const receiver = await deployCompiled(away.wallet("deployer"), "ReceiveFloor");
  const sender = await deploySendFloor(home);
  const to = zeroPadValue(await receiver.getAddress(), 32);
  let bare = delivery;
  for (const packet of packets) bare = (await deliver(away, await sendBare(sender, [away.eid], to, packet))).delivery;

  return [{ bench: "receive", unit: "gas", value: delivery, floor: bare, peers: {} }];
}

export interface ReceivedHalt {
  /** A heartbeat, so that the pathway is in use, and the halt. */
  readonly packets: readonly Packet[];
  /** Gas of the transaction that delivered the halt. */
  readonly delivery: number;
  /** Gas of all transactions that LayerZero's way took at the destination. */
  readonly way: number;
}

export async function receiveHalt({ home, away }: GasWorld): Promise<ReceivedHalt> {
  away.provider.setNextBlockTime(TRIP_AT);
  // A heartbeat a minute before, so that the halt's message is none.
  home.provider.setNextBlockTime(TRIP_AT - 60);
  const first = await deliver(away, await send(home.hub, "broadcast", []));
  home.provider.setNextBlockTime(TRIP_AT);
  await send(home.hub, "assertRungs", [MARKET, HALT]);
  const second = await deliver(away, await send(home.hub, "broadcast", []));
  return { packets: [first.packet, second.packet], delivery: second.delivery, way: second.way };
}

async function deliver(away: MeshChain, sent: ContractTransactionReceipt) {
  const [packet] = readPackets(sent);
  if (packet === undefined) throw new RangeError("nothing was sent");
  const before = await verifyAndCommit(away, packet);
  const { gasUsed } = await receive(away, packet);
  const delivery = Number(gasUsed);
  return { packet, delivery, way: before.reduce((sum, receipt) => sum + Number(receipt.gasUsed), delivery) };
}
