import type { Result } from "ethers";

import type { Hex } from "../../domain/hex.ts";
import { leases } from "../../domain/incident/leases.ts";
import { posture } from "../../domain/incident/posture.ts";
import { word } from "../../domain/incident/word.ts";
import type { BlockRef } from "../../domain/world/block.ts";
import type { HubSnapshot } from "../../domain/world/hub-state.ts";
import { RelayerError } from "../../errors.ts";
import { readLimits } from "./decode-event.ts";
import { endpointInterface, hubInterface } from "./hub-abi.ts";
import { quantity, readBlock, readBlockNumber } from "./read-blocks.ts";
import type { RpcSession } from "./rpc-pool.ts";
import { Address, Bytes, Count, parseAnswer } from "./wire.ts";

/** What a chain's node and hub must turn out to be. */
export interface Expected {
  readonly chainId: number;
  readonly eid: number;
  readonly hub: Hex;
  readonly meshId: Hex;
  readonly startBlock: number;
}

/**
 * Proves that the node serves the chain, and that the hub is there and is one of this mesh.
 *
 * @throws RelayerError `CHAIN_MISMATCH`, `HUB_MISMATCH`; `BLOCK_MISSING` when the node is behind the hub's deployment
 */
export async function verifyNode(session: RpcSession, expected: Expected): Promise<void> {
  const chainId = parseAnswer(Count, await session.call("eth_chainId", []), "eth_chainId");
  if (chainId !== expected.chainId) {
    const text = `${session.host} serves chain ${chainId}, the configuration says ${expected.chainId}; correct rpcUrls or chainId`;
    throw new RelayerError("CHAIN_MISMATCH", text, { host: session.host, chainId, expected: expected.chainId });
  }
  const head = await readBlockNumber(session);
  if (head < expected.startBlock) {
    const text = `${session.host} is at block ${head}, before the hub's start block ${expected.startBlock}`;
    throw new RelayerError("BLOCK_MISSING", text, { host: session.host, head, startBlock: expected.startBlock });
  }
  await verifyHub(session, expected);
}

async function verifyHub(session: RpcSession, { hub, meshId, eid }: Expected): Promise<void> {
  const foundMesh = await readView(session, hub, hubInterface.encodeFunctionData("meshId"));
  if (foundMesh !== meshId) {
    const text = `${hub} at ${session.host} is ${describeMesh(foundMesh)}, the configuration says ${meshId}; correct hub or meshId`;
    throw new RelayerError("HUB_MISMATCH", text, { host: session.host, hub, foundMesh });
  }
  const endpoint = await readView(session, hub, endpointInterface.encodeFunctionData("endpoint"));
  const endpointAddress = parseAnswer(Address, `0x${endpoint.slice(-40)}`, "endpoint()");
  const foundEid = await readView(session, endpointAddress, endpointInterface.encodeFunctionData("eid"));
  if (foundEid === "0x" || BigInt(foundEid) !== BigInt(eid)) {
    const found = foundEid === "0x" ? "none" : BigInt(foundEid).toString();
    const text = `the hub's LayerZero endpoint id at ${session.host} is ${found}, the configuration says ${eid}; correct eid`;
    throw new RelayerError("HUB_MISMATCH", text, { host: session.host, hub, foundEid: found });
  }
}

/** What a view returns at the head. Empty, not an error, when there is no such contract or function. */
async function readView(session: RpcSession, to: Hex, data: string): Promise<Hex> {
  try {
    return parseAnswer(Bytes, await session.call("eth_call", [{ to, data }, "latest"]), "eth_call");
  } catch (error) {
    if (error instanceof RelayerError && isRevert(error)) return "0x";
    throw error;
  }
}

function isRevert({ name, facts }: RelayerError): boolean {
  return name === "RPC_REFUSED" && (facts["nodeCode"] === 3 || /revert/i.test(String(facts["nodeMessage"])));
}

function describeMesh(foundMesh: Hex): string {
  return foundMesh.length === 66 ? `a hub of mesh ${foundMesh}` : "no hub";
}

/**
 * The hub's state at exactly `at`. All reads name the block by its hash; a node that cannot do that is asked by number,
 * and for the hash again afterwards.
 *
 * @throws RelayerError `BLOCK_REPLACED` and what a request throws
 */
export async function readSnapshot(session: RpcSession, hub: Hex, ask: SnapshotRequest): Promise<HubSnapshot> {
  if (!session.memory.readsByHash) return readByNumber(session, hub, ask);
  try {
    return await readAt(session, { hub, ask, blockTag: { blockHash: ask.at.hash, requireCanonical: true } });
  } catch (error) {
    if (!(error instanceof RelayerError) || error.name !== "RPC_REFUSED") throw error;
    const snapshot = await readByNumber(session, hub, ask);
    // The block is there and canonical, so it was the form of the request that the node refused.
    session.memory.readsByHash = false;
    return snapshot;
  }
}

/** Where to read, and whose operator rights to ask for. */
export interface SnapshotRequest {
  readonly at: BlockRef;
  readonly accounts: readonly Hex[];
}

async function readByNumber(session: RpcSession, hub: Hex, ask: SnapshotRequest): Promise<HubSnapshot> {
  const snapshot = await readAt(session, { hub, ask, blockTag: quantity(ask.at.number) });
  const { hash } = await readBlock(session, ask.at.number);
  if (hash === ask.at.hash) return snapshot;
  throw new RelayerError("BLOCK_REPLACED", `block ${ask.at.number} is no longer the one to be read`, {
    block: ask.at.number,
  });
}

interface PinnedRead {
  readonly hub: Hex;
  readonly ask: SnapshotRequest;
  readonly blockTag: unknown;
}

async function readAt(session: RpcSession, { hub, ask, blockTag }: PinnedRead): Promise<HubSnapshot> {
  const read = (name: string, args: readonly unknown[] = []) => callHub(session, { hub, blockTag, name, args });
  const [state, leaseWord, limits, rights] = await Promise.all([
    read("snapshot"),
    read("leases"),
    read("limits"),
    Promise.all(ask.accounts.map((account) => read("isOperator", [account]))),
  ]);
  return {
    block: ask.at,
    seq: Number(state["seq_"] as bigint),
    meshWords: [...(state["meshWords"] as Result)].map((value) => word(value as bigint)),
    localWords: [...(state["localWords"] as Result)].map((value) => word(value as bigint)),
    posture: posture(state["posture_"] as bigint),
    leases: leases(leaseWord[0] as bigint),
    limits: readLimits(limits[0] as Result),
    operators: ask.accounts.filter((_, index) => rights[index]?.[0] === true),
  };
}

interface HubCall {
  readonly hub: Hex;
  readonly blockTag: unknown;
  readonly name: string;
  readonly args: readonly unknown[];
}

async function callHub(session: RpcSession, { hub, blockTag, name, args }: HubCall): Promise<Result> {
  const data = hubInterface.encodeFunctionData(name, args);
  const raw = parseAnswer(Bytes, await session.call("eth_call", [{ to: hub, data }, blockTag]), "eth_call");
  try {
    return hubInterface.decodeFunctionResult(name, raw);
  } catch (error) {
    const text = `${session.host} answered ${name}() with something that does not decode`;
    throw new RelayerError("RPC_MALFORMED", text, { host: session.host, view: name, bytes: raw.length / 2 - 1 }, error);
  }
}
