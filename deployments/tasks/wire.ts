import { zeroPadValue } from "ethers";

import { readCompiledContract } from "../compiled-contract.ts";
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

/**
 * Connects every hub with every other: peers, libraries, required DVNs and executor of each pathway. All of it is set on
 * the hub itself, so that a change of LayerZero's defaults changes nothing here.
 * @throws SetupError "config" for a pathway with fewer than two DVNs.
 */
export async function wireMesh(
  targets: readonly DeploymentTarget[],
  record: NetworkRecord,
  parameters: NetworkParameters,
): Promise<void> {
  for (const chain of record.chains) refuseSingleVerifier(chain);
  await Promise.all(targets.map((target) => wireChain(target, record, parameters)));
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
  for (const peer of record.chains) {
    if (peer.eid !== own.eid) wirePathway(batch, { own, peer, parameters });
  }
  await batch.settle();
}

interface Pathway {
  readonly own: ChainRecord;
  readonly peer: ChainRecord;
  readonly parameters: NetworkParameters;
}

function wirePathway(batch: TransactionBatch, { own, peer, parameters }: Pathway): void {
  const hub = addressOf(own, "IncidentHub");
  const { confirmations, maxMessageBytes } = parameters.messaging;
  const onEndpoint = (method: string, args: readonly unknown[]) =>
    batch.call({ to: own.endpoint, abi: ENDPOINT_ABI, method, args });

  const peerHub = zeroPadValue(addressOf(peer, "IncidentHub"), 32);
  const { abi } = readCompiledContract("hub", "IncidentHub");
  batch.call({ to: hub, abi, method: "setPeer", args: [peer.eid, peerHub] });

  const uln = encodeOappUlnConfig(own.dvns, BigInt(confirmations));
  const executor = encodeExecutorConfig(maxMessageBytes, own.executor);
  const ulnParam = { eid: peer.eid, configType: CONFIG_TYPE_ULN, config: uln };
  const executorParam = { eid: peer.eid, configType: CONFIG_TYPE_EXECUTOR, config: executor };
  onEndpoint("setSendLibrary", [hub, peer.eid, own.sendUln]);
  onEndpoint("setReceiveLibrary", [hub, peer.eid, own.receiveUln, 0]);
  onEndpoint("setConfig", [hub, own.sendUln, [executorParam, ulnParam]]);
  onEndpoint("setConfig", [hub, own.receiveUln, [ulnParam]]);
}
