import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { type Contract, ContractFactory, type InterfaceAbi, type Signer } from "ethers";
import { network } from "hardhat";

import type { RpcNode } from "../../relayer/adapters/evm/http-node.ts";
import { eid, type Eid } from "../../relayer/domain/eid.ts";
import type { Hex } from "../../relayer/domain/hex.ts";
import { packLeases } from "../../relayer/domain/incident/leases.ts";
import { RelayerError } from "../../relayer/errors.ts";

const require = createRequire(import.meta.url);

export const MESH_ID: Hex = `0x${"c0".repeat(32)}`;
/** Keys that mean nothing anywhere else. */
export const OPERATOR_KEYS: readonly Hex[] = [`0x${"a1".repeat(32)}`, `0x${"a2".repeat(32)}`, `0x${"a3".repeat(32)}`];
/** Halted and M4: rungs as the hub packs them. */
export const HIGHEST_RUNGS = 0x34;

/** The hub on a chain inside this process: real contracts, no LayerZero libraries, no port. */
export interface InProcessHub {
  readonly eid: Eid;
  readonly chainId: number;
  readonly address: Hex;
  /** Owner of the hub, and a sensor with a grant up to the highest rungs for markets 0 to 2. */
  readonly owner: Signer;
  readonly hub: Contract;
  readonly startBlock: number;
  readonly connection: Connection;
  /** Sends a request as a node would. */
  request(method: string, params: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

type Connection = Awaited<ReturnType<typeof network.create>>;

interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

export interface HubOptions {
  readonly chain: "chain0" | "chain1" | "chain2";
  readonly operators: readonly string[];
}

export async function deployInProcessHub({ chain, operators }: HubOptions): Promise<InProcessHub> {
  const connection = await network.create(chain);
  const provider = connection.ethers.provider;
  const owner = await provider.getSigner(0);
  const ownerAddress = await owner.getAddress();
  const chainId = Number((await provider.getNetwork()).chainId);
  const endpointId = eid(50_901 + (chainId - 31_000));

  const endpoint = await deploy(endpointArtifact(), owner, [endpointId, ownerAddress]);
  const hub = await deploy(hubArtifact(), owner, [
    await endpoint.getAddress(),
    ownerAddress,
    MESH_ID,
    DEFAULT_LEASES,
    { peerCeiling: HIGHEST_RUNGS, soloCeiling: 0x22, quorumCeiling: HIGHEST_RUNGS, quorum: 2 },
    operators,
  ]);
  const startBlock = await provider.getBlockNumber();
  for (const market of [0, 1, 2]) await call(hub, "registerMarket", [market]);
  await call(hub, "setSensor", [ownerAddress, [true, 0, HIGHEST_RUNGS, HIGHEST_RUNGS, 0b111]]);

  return {
    eid: endpointId,
    chainId,
    address: (await hub.getAddress()).toLowerCase() as Hex,
    owner,
    hub,
    ...{ startBlock, connection },
    request: (method, params) => connection.provider.request({ method, params: [...params] }),
    close: () => connection.close(),
  };
}

export const DEFAULT_LEASES = packLeases({
  caution: 43_200,
  reduceOnly: 10_800,
  halted: 3_600,
  m1: 86_400,
  m2: 28_800,
  m3: 10_800,
  m4: 3_600,
});

/** Sends a transaction and waits until it is mined. */
export async function call(contract: Contract, method: string, args: readonly unknown[]): Promise<void> {
  const tx = (await contract.getFunction(method)(...args)) as { wait(): Promise<unknown> };
  await tx.wait();
}

/** A node that answers from the in-process chain, with the errors that an HTTP node would have. */
export function createInProcessNode(chain: Pick<InProcessHub, "request">, host = "in-process"): RpcNode {
  return {
    host,
    async request(method, params, signal) {
      if (signal.aborted)
        throw new RelayerError("RPC_UNAVAILABLE", `${host} was not asked ${method}`, { host, method });
      try {
        // As over the wire: no undefined, no bigint, nothing shared.
        return JSON.parse(JSON.stringify((await chain.request(method, params)) ?? null)) as unknown;
      } catch (error) {
        const { message, code } = error as { message: string; code?: number };
        const facts = { host, method, nodeCode: code ?? -32_603, nodeMessage: message };
        throw new RelayerError("RPC_REFUSED", `${host} refused ${method}: ${message}`, facts, error);
      }
    },
    close: () => undefined,
  };
}

async function deploy({ abi, bytecode }: Artifact, signer: Signer, args: readonly unknown[]): Promise<Contract> {
  const contract = await new ContractFactory(abi, bytecode, signer).deploy(...args);
  await contract.waitForDeployment();
  return contract as Contract;
}

function endpointArtifact(): Artifact {
  return require("@layerzerolabs/lz-evm-protocol-v2/artifacts/contracts/EndpointV2.sol/EndpointV2.json") as Artifact;
}

function hubArtifact(): Artifact {
  const path = new URL("../../artifacts/contracts/hub/IncidentHub.sol/IncidentHub.json", import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")) as Artifact;
}
