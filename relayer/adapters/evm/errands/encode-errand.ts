import type { Errand } from "../../../domain/errand/errand.ts";
import { type Hex, sliceHex } from "../../../domain/hex.ts";
import type { Packet } from "../../../domain/packet/packet.ts";
import { messagingInterface, peersInterface } from "../messaging/messaging-abi.ts";
import type { RpcSession } from "../rpc-pool.ts";
import { Bytes, parseAnswer } from "../wire.ts";
import { errandInterface } from "./errand-abi.ts";

/** A call as the chain takes it. */
export interface EncodedErrand {
  readonly to: Hex;
  readonly data: string;
  readonly value: bigint;
}

/**
 * `errand` as a call. Where LayerZero's contracts stand is asked of the hub and its endpoint each time: errands are few,
 * and governance may have changed what the hub trusts.
 */
export async function encodeErrand(session: RpcSession, hub: Hex, errand: Errand): Promise<EncodedErrand> {
  switch (errand.kind) {
    case "commit": {
      const { header, payloadHash, srcEid } = errand.packet;
      const endpoint = await readEndpoint(session, hub);
      const asked = messagingInterface.encodeFunctionData("getReceiveLibrary", [hub, srcEid]);
      const library = addressIn(await read(session, endpoint, asked));
      return callTo(library, messagingInterface.encodeFunctionData("commitVerification", [header, payloadHash]));
    }
    case "execute":
      return callTo(await readEndpoint(session, hub), encodeReceive(errand.packet));
    case "broadcast":
      return callTo(hub, errandInterface.encodeFunctionData("broadcast"));
    case "lift":
      return callTo(hub, errandInterface.encodeFunctionData("lift", [errand.market]));
    case "poke":
      return callTo(errand.sensor, errandInterface.encodeFunctionData("poke", [errand.market]));
    case "report-silence":
      return callTo(errand.sensor, errandInterface.encodeFunctionData("reportSilence", [errand.peer]));
    case "top-up":
      return { to: hub, data: "0x", value: errand.wei };
  }
}

function callTo(to: Hex, data: string): EncodedErrand {
  return { to, data, value: 0n };
}

/** `extraData` is for composers, of which there are none here. */
function encodeReceive({ srcEid, sender, nonce, receiver, guid, message }: Packet): string {
  return messagingInterface.encodeFunctionData("lzReceive", [{ srcEid, sender, nonce }, receiver, guid, message, "0x"]);
}

async function readEndpoint(session: RpcSession, hub: Hex): Promise<Hex> {
  return addressIn(await read(session, hub, peersInterface.encodeFunctionData("endpoint")));
}

async function read(session: RpcSession, to: Hex, data: string): Promise<Hex> {
  return parseAnswer(Bytes, await session.call("eth_call", [{ to, data }, "latest"]), "eth_call");
}

/** The address in the first word that a view returned. */
function addressIn(words: Hex): Hex {
  return sliceHex(words, 12, 32);
}
