import { type Result, ZeroHash } from "ethers";

import type { Eid } from "../../../domain/eid.ts";
import { type Hex, sliceHex } from "../../../domain/hex.ts";
import type { PacketName } from "../../../domain/packet/packet.ts";
import type { Pathway } from "../../../domain/packet/pathway.ts";
import type { BlockRef } from "../../../domain/world/block.ts";
import { RelayerError } from "../../../errors.ts";
import type { Messaging } from "../../../ports/messaging.ts";
import { quantity } from "../read-blocks.ts";
import type { RpcPool, RpcSession } from "../rpc-pool.ts";
import { Bytes, parseAnswer } from "../wire.ts";
import { messagingInterface, peersInterface } from "./messaging-abi.ts";
import { readPacketLogs } from "./read-packet-logs.ts";

/** Nonces around the last inbound one that are looked at for payloads that nobody executed. */
const HELD_MAX = 64n;

export interface EvmMessagingOptions {
  readonly pool: RpcPool;
  readonly eid: Eid;
  readonly hub: Hex;
  readonly maxLogRange: number;
}

/** Where LayerZero's contracts stand on this chain: read from the hub, which alone decides which ones it trusts. */
interface Contracts {
  readonly endpoint: Hex;
  readonly libraries: readonly Hex[];
}

/** A `Messaging` on JSON-RPC nodes of an EVM chain. */
export function createEvmMessaging(options: EvmMessagingOptions): Messaging {
  const { pool, eid, hub } = options;
  const libraries = new Set<Hex>();
  let endpoint: Hex | null = null;

  const contractsOf = async (session: RpcSession): Promise<Contracts> => {
    endpoint ??= addressIn(await read(session, { to: hub, data: encodePeers("endpoint") }));
    return { endpoint, libraries: [...libraries] };
  };

  return {
    packetEvents: (range, last, signal) =>
      pool.run(async (session) => {
        const contracts = await contractsOf(session);
        const addresses = [contracts.endpoint, ...contracts.libraries];
        const found = await readPacketLogs(session, { addresses, range, last, eid, maxLogRange: options.maxLogRange });
        return found.filter(({ event }) => concerns(event.name, eid, hub));
      }, signal),

    pathways: (peers, at, signal) =>
      pool.run(async (session) => {
        const contracts = await contractsOf(session);
        const found = await Promise.all(
          peers.map((peer) => readPathway(session, { endpoint: contracts.endpoint, hub, eid, peer, at })),
        );
        const there = found.filter((each) => each !== null);
        for (const { library } of there) libraries.add(library);
        return there.map(({ pathway }) => pathway);
      }, signal),
  };
}

/** Of all packets of an endpoint, those that this hub sends or receives. */
function concerns({ srcEid, sender, dstEid, receiver }: PacketName, eid: Eid, hub: Hex): boolean {
  return (srcEid === eid && sliceHex(sender, 12) === hub) || (dstEid === eid && receiver === hub);
}

interface PathwayRead {
  readonly endpoint: Hex;
  readonly hub: Hex;
  readonly eid: Eid;
  readonly peer: Eid;
  readonly at: BlockRef;
}

async function readPathway(
  session: RpcSession,
  { endpoint, hub, eid, peer, at }: PathwayRead,
): Promise<{ readonly library: Hex; readonly pathway: Pathway } | null> {
  const sender = await read(session, { to: hub, data: encodePeers("peers", [peer]), at });
  if (sender === ZeroHash) return null;
  const [library, inbound] = await Promise.all([
    call(session, { to: endpoint, name: "getReceiveLibrary", args: [hub, peer], at }),
    call(session, { to: endpoint, name: "inboundNonce", args: [hub, peer, sender], at }),
  ]);
  const to = String(library["lib"]).toLowerCase() as Hex;
  const inboundNonce = BigInt(inbound[0] as bigint);
  const route = { srcEid: peer, sender, dstEid: eid, receiver: hub };
  const [config, held] = await Promise.all([
    call(session, { to, name: "getUlnConfig", args: [hub, peer], at }),
    readHeld(session, { endpoint, route, inboundNonce, at }),
  ]);
  return { library: to, pathway: { route, inboundNonce, held, ...ulnOf(config[0] as Result) } };
}

function ulnOf(config: Result) {
  const addresses = (field: string): Hex[] =>
    [...(config[field] as Result)].map((each) => String(each).toLowerCase() as Hex);
  return {
    confirmations: BigInt(config["confirmations"] as bigint),
    requiredDvns: addresses("requiredDVNs"),
    optionalDvns: addresses("optionalDVNs"),
    optionalThreshold: Number(config["optionalDVNThreshold"] as bigint),
  };
}

/** Verified and not executed: there only where somebody failed, for executing takes the payload away. */
async function readHeld(
  session: RpcSession,
  of: { endpoint: Hex; route: Omit<PacketName, "nonce">; inboundNonce: bigint; at: BlockRef },
): Promise<Pathway["held"]> {
  const { srcEid, sender, receiver } = of.route;
  const first = of.inboundNonce > HELD_MAX ? of.inboundNonce - HELD_MAX + 1n : 1n;
  const nonces = Array.from({ length: Number(of.inboundNonce - first + 1n) }, (_, index) => first + BigInt(index));
  const hashes = await Promise.all(
    nonces.map(async (nonce) => {
      const args = [receiver, srcEid, sender, nonce];
      const [hash] = await call(session, { to: of.endpoint, name: "inboundPayloadHash", args, at: of.at });
      return { nonce, payloadHash: String(hash).toLowerCase() as Hex };
    }),
  );
  return hashes.filter(({ payloadHash }) => payloadHash !== ZeroHash);
}

interface View {
  readonly to: Hex;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly at: BlockRef;
}

async function call(session: RpcSession, { to, name, args, at }: View): Promise<Result> {
  const raw = await read(session, { to, data: messagingInterface.encodeFunctionData(name, args), at });
  try {
    return messagingInterface.decodeFunctionResult(name, raw);
  } catch (error) {
    const text = `${session.host} answered LayerZero's ${name}() with something that does not decode`;
    throw new RelayerError("RPC_MALFORMED", text, { host: session.host, view: name }, error);
  }
}

/** At a final block a number is as good as a hash, and every node takes it. */
async function read(session: RpcSession, { to, data, at }: { to: Hex; data: string; at?: BlockRef }): Promise<Hex> {
  const tag = at === undefined ? "latest" : quantity(at.number);
  return parseAnswer(Bytes, await session.call("eth_call", [{ to, data }, tag]), "eth_call");
}

function encodePeers(name: string, args: readonly unknown[] = []): string {
  return peersInterface.encodeFunctionData(name, args);
}

/** The address in a word that a view returned. */
function addressIn(word: Hex): Hex {
  if (word.length === 66) return sliceHex(word, 12);
  throw new RelayerError("RPC_MALFORMED", "the hub names no LayerZero endpoint", {});
}
