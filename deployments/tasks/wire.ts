import { zeroPadValue } from "ethers";

import { readCompiledContract } from "../compiled-contract.ts";
import { CHAINS_AT_ONCE, mapAtMost } from "../map-at-most.ts";
import type { NetworkParameters } from "../network-parameters.ts";
import { type ChainRecord, type NetworkRecord, addressOf } from "../network-record.ts";
import { SetupError } from "../setup-error.ts";
import { type TransactionBatch, createTransactionBatch } from "../transaction-batch.ts";
import {
  CONFIG_TYPE_EXECUTOR,
  CONFIG_TYPE_ULN,
  MIN_REQUIRED_DVNS,
  encodeExecutorConfig,
  encodeOappUlnConfig,
} from "../uln-config.ts";
import type { DeploymentTarget } from "./deployment-target.ts";
import { ENDPOINT_ABI } from "./layerzero-abi.ts";

/** About 190,000 gas each, and a transaction has 3,000,000. */
const PEERS_A_TRANSACTION = 10;

/**
 * Connects every hub with every other: libraries, required DVNs and executor of each pathway, then peers. All of it is set on
 * the hub itself, so that a change of LayerZero's defaults changes nothing here.
 * @throws SetupError "config" for a pathway with fewer than two DVNs.
 */
export async function wireMesh(
  targets: readonly DeploymentTarget[],
  record: NetworkRecord,
  parameters: NetworkParameters,
): Promise<void> {
  for (const chain of record.chains) refuseSingleVerifier(chain);
  await mapAtMost(CHAINS_AT_ONCE, targets, (target) => wireChain(target, record, parameters));
}

function refuseSingleVerifier({ name, dvns }: ChainRecord): void {
  const distinct = new Set(dvns.map((dvn) => dvn.toLowerCase())).size;
  if (distinct >= MIN_REQUIRED_DVNS) return;
  const problem = `${name} names ${distinct} DVN, so one party alone could forge a message.`;
  throw new SetupError("config", problem, { fix: `Name at least ${MIN_REQUIRED_DVNS} that are independent.` });
}

async function wireChain(
  target: DeploymentTarget,
  record: NetworkRecord,
  parameters: NetworkParameters,
): Promise<void> {
  const { name, provider, deployer } = target;
  const own = record.chains.find(({ eid }) => eid === target.eid);
  if (!own) throw new SetupError("config", `The record has no chain ${name}.`, { fix: "Deploy it first." });
  const batch = await createTransactionBatch({ signer: deployer, provider, chain: name });
  const peers = record.chains.filter(({ eid }) => eid !== own.eid);
  for (const peer of peers) wireLibraries(batch, own, peer);
  for (let at = 0; at < peers.length; at += PEERS_A_TRANSACTION) {
    wireVerification(batch, { own, peers: peers.slice(at, at + PEERS_A_TRANSACTION), parameters });
  }
  // Last: the hub takes no peer over a pathway that needs fewer than two DVNs.
  for (const peer of peers) wirePeer(batch, own, peer);
  await batch.settle();
}

function wireLibraries(batch: TransactionBatch, own: ChainRecord, peer: ChainRecord): void {
  const hub = addressOf(own, "IncidentHub");
  const onEndpoint = { to: own.endpoint, abi: ENDPOINT_ABI };
  batch.call({ ...onEndpoint, method: "setSendLibrary", args: [hub, peer.eid, own.sendUln] });
  batch.call({ ...onEndpoint, method: "setReceiveLibrary", args: [hub, peer.eid, own.receiveUln, 0] });
}

function wirePeer(batch: TransactionBatch, own: ChainRecord, peer: ChainRecord): void {
  const hub = addressOf(own, "IncidentHub");
  const peerHub = zeroPadValue(addressOf(peer, "IncidentHub"), 32);
  const { abi } = readCompiledContract("hub", "IncidentHub");
  batch.call({ to: hub, abi, method: "setPeer", args: [peer.eid, peerHub] });
}

interface Verification {
  readonly own: ChainRecord;
  readonly peers: readonly ChainRecord[];
  readonly parameters: NetworkParameters;
}

/** Who verifies and who delivers, for several pathways in one transaction a library. */
function wireVerification(batch: TransactionBatch, { own, peers, parameters }: Verification): void {
  const hub = addressOf(own, "IncidentHub");
  const { confirmations, maxMessageBytes } = parameters.messaging;
  const uln = encodeOappUlnConfig(own.dvns, BigInt(confirmations));
  const executor = encodeExecutorConfig(maxMessageBytes, own.executor);
  const ulnParams = peers.map(({ eid }) => ({ eid, configType: CONFIG_TYPE_ULN, config: uln }));
  const executorParams = peers.map(({ eid }) => ({ eid, configType: CONFIG_TYPE_EXECUTOR, config: executor }));
  const onEndpoint = { to: own.endpoint, abi: ENDPOINT_ABI, method: "setConfig" };
  batch.call({ ...onEndpoint, args: [hub, own.sendUln, [...executorParams, ...ulnParams]] });
  batch.call({ ...onEndpoint, args: [hub, own.receiveUln, ulnParams] });
}
