import { zeroPadValue } from "ethers";

import { readPackets } from "../../support/layerzero-delivery.ts";
import { MESH_START_SECONDS, send } from "../../support/layerzero-mesh.ts";
import type { Measurement } from "../measurement.ts";
import { ALL_PEERS_GAS, deploySendFloor, sendBare, sendBarePaying } from "./send-floor.ts";
import { DISTANT_EIDS, HALT, MARKET, type GasWorld } from "./world.ts";

const HEARTBEAT_AT = MESH_START_SECONDS + 1_000;
const TRIP_AT = HEARTBEAT_AT + 100;

/** A word that a trip has changed, sent to `peers` peers over pathways that were used before; both sides pay exactly. */
export async function measureBroadcast({ home, away }: GasWorld, peers: 1 | 4 | 20): Promise<Measurement[]> {
  const eids = [away.eid, ...DISTANT_EIDS].slice(0, peers);
  const receiver = zeroPadValue(await away.hub.getAddress(), 32);
  for (const eid of eids.slice(1)) await send(home.hub, "setPeer", [eid, receiver]);
  const sender = await deploySendFloor(home);

  home.provider.setNextBlockTime(HEARTBEAT_AT);
  const [heartbeat] = readPackets(await send(home.hub, "broadcast", []));
  if (heartbeat === undefined) throw new RangeError("no heartbeat was sent");
  await sendBare(sender, eids, receiver, heartbeat);

  home.provider.setNextBlockTime(TRIP_AT);
  await send(home.hub, "assertRungs", [MARKET, HALT]);
  const fees: readonly bigint[] = await home.hub.getFunction("quoteFees").staticCall();
  const broadcast = await send(home.hub, "broadcastPaying", [[...fees]], ALL_PEERS_GAS);
  const packets = readPackets(broadcast);
  const [packet] = packets;
  if (packet === undefined || packets.length !== peers) throw new RangeError("not every peer was sent to");

  const bare = await sendBarePaying(sender, { eids, receiver, fees }, packet);
  const [value, floor] = [Number(broadcast.gasUsed), Number(bare.gasUsed)];
  return [{ bench: `broadcast.${String(peers)}`, unit: "gas", value, floor, peers: {} }];
}
