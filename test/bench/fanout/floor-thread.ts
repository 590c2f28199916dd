import { parentPort, workerData } from "node:worker_threads";

import type { NetworkParameters } from "../../../deployments/network-parameters.ts";
import { roleWallet } from "../../../localnet/chains/accounts.ts";
import type { Target } from "./bench-chain.ts";
import { encodeSubmit, quorumOf } from "./directive.ts";
import type { Step } from "./ladder.ts";
import { createConnections, postRaw } from "./post-raw.ts";
import { signCall } from "./sign-call.ts";

/*
 * The floor: signing and sending alone. What to say is given, every nonce and fee known, every connection open, the code
 * warm. One directive is signed by a quorum and one transaction for each destination, and each goes out as one bare request.
 */

export interface FloorData {
  readonly destinations: readonly Target[];
  readonly parameters: NetworkParameters;
}

const WARM_UP_ROUNDS = 200;

const { destinations, parameters } = workerData as FloorData;
const { signingKey, address } = roleWallet("relayer1");
const signing = { parameters, quorum: quorumOf() };
const connections = createConnections();
let nonce = 0;

/** Raises `step` on every destination. Resolves when every node has answered. */
async function send(step: Step): Promise<void> {
  const data = encodeSubmit(step, signing);
  const sent = destinations.map(({ chainId, hubs, rpcUrl }) =>
    postRaw(connections, rpcUrl, signCall(signingKey, { chainId, to: hubs.other, data, nonce })),
  );
  nonce += 1;
  await Promise.all(sent);
}

for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
  const data = encodeSubmit({ market: 0, rungs: 0, lane: 1 }, signing);
  signCall(signingKey, { chainId: 1, to: address, data, nonce });
}
parentPort?.on("message", (step: Step) => void send(step).then(() => parentPort?.postMessage("sent")));
parentPort?.postMessage("ready");
