import { parentPort, workerData } from "node:worker_threads";

import type { NetworkParameters } from "../../../deployments/network-parameters.ts";
import { roleWallet } from "../../../localnet/chains/accounts.ts";
import type { Target } from "./bench-chain.ts";
import { encodeSubmit, quorumOf } from "./directive.ts";
import type { Step } from "./ladder.ts";
import { createConnections, postRaw } from "./post-raw.ts";
import { signCall } from "./sign-call.ts";

/*
 * The floor: sending alone. Everything is signed before the word "go": one directive by a quorum, one transaction for each
 * destination. Every connection is open, and each transaction goes out as one bare request.
 */

export interface FloorData {
  readonly destinations: readonly Target[];
  readonly parameters: NetworkParameters;
}

/** First a step to sign for, then the word to send what was signed. */
export type FloorMessage = { readonly kind: "sign"; readonly step: Step } | { readonly kind: "send" };

const { destinations, parameters } = workerData as FloorData;
const { signingKey } = roleWallet("relayer1");
const signing = { parameters, quorum: quorumOf() };
const connections = createConnections();
let nonce = 0;
let signed: readonly { readonly rpcUrl: string; readonly raw: string }[] = [];

function sign(step: Step): Promise<void> {
  const data = encodeSubmit(step, signing);
  signed = destinations.map(({ chainId, hubs, rpcUrl }) => {
    return { rpcUrl, raw: signCall(signingKey, { chainId, to: hubs.other, data, nonce }) };
  });
  nonce += 1;
  return Promise.resolve();
}

/** Resolves when every node has answered. */
async function send(): Promise<void> {
  await Promise.all(signed.map(({ rpcUrl, raw }) => postRaw(connections, rpcUrl, raw)));
}

parentPort?.on("message", (message: FloorMessage) => {
  void (message.kind === "sign" ? sign(message.step) : send()).then(() => parentPort?.postMessage("done"));
});
parentPort?.postMessage("ready");
