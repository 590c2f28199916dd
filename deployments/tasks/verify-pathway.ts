import { Contract, type JsonRpcProvider } from "ethers";

import type { NetworkParameters } from "../network-parameters.ts";
import { type ChainRecord, addressOf } from "../network-record.ts";
import { MIN_REQUIRED_DVNS, type UlnConfig } from "../uln-config.ts";
import type { Findings } from "./findings.ts";
import { ENDPOINT_ABI, ULN_ABI } from "./layerzero-abi.ts";

export interface VerifyPathwayOptions {
  readonly provider: JsonRpcProvider;
  readonly own: ChainRecord;
  readonly peer: ChainRecord;
  readonly messaging: NetworkParameters["messaging"];
  readonly findings: Findings;
}

/** Checks both directions of the pathway between `own` and `peer`, as far as `own` decides about them. */
export async function verifyPathway(options: VerifyPathwayOptions): Promise<void> {
  const { provider, own, peer, messaging, findings } = options;
  const hub = addressOf(own, "IncidentHub");
  const endpoint = new Contract(own.endpoint, ENDPOINT_ABI, provider);
  const sendUln = new Contract(own.sendUln, ULN_ABI, provider);
  const receiveUln = new Contract(own.receiveUln, ULN_ABI, provider);

  findings.compare("endpoint id", own.eid, await endpoint.getFunction("eid")());
  findings.compare(
    `send library to ${peer.name}`,
    own.sendUln,
    await endpoint.getFunction("getSendLibrary")(hub, peer.eid),
  );
  const isDefaultSend: unknown = await endpoint.getFunction("isDefaultSendLibrary")(hub, peer.eid);
  findings.compare(`send library to ${peer.name} is LayerZero's default`, false, isDefaultSend);
  const receive = await endpoint.getFunction("getReceiveLibrary")(hub, peer.eid);
  findings.compare(`receive library from ${peer.name}`, own.receiveUln, receive.lib);
  findings.compare(`receive library from ${peer.name} is LayerZero's default`, false, receive.isDefault);

  compareUln(options, `to ${peer.name}`, await sendUln.getFunction("getUlnConfig")(hub, peer.eid));
  compareUln(options, `from ${peer.name}`, await receiveUln.getFunction("getUlnConfig")(hub, peer.eid));
  const executor = await sendUln.getFunction("getExecutorConfig")(hub, peer.eid);
  findings.compare(`executor to ${peer.name}`, own.executor, executor.executor);
  findings.compare(`largest message to ${peer.name}`, messaging.maxMessageBytes, executor.maxMessageSize);
}

function compareUln({ own, messaging, findings }: VerifyPathwayOptions, direction: string, uln: UlnConfig): void {
  const distinct = new Set(uln.requiredDVNs).size;
  const atLeast = `at least ${MIN_REQUIRED_DVNS}`;
  findings.require(`required DVNs ${direction}`, atLeast, distinct >= MIN_REQUIRED_DVNS, distinct);
  findings.compareSets(`DVNs ${direction}`, own.dvns, uln.requiredDVNs);
  findings.compare(`optional DVNs ${direction}`, 0, uln.optionalDVNCount);
  findings.compare(`confirmations ${direction}`, messaging.confirmations, uln.confirmations);
}
