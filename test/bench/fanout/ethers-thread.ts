import { parentPort, workerData } from "node:worker_threads";

import { concat, Contract, id, JsonRpcProvider, Signature, WebSocketProvider } from "ethers";

import { readCompiledContract } from "../../../deployments/compiled-contract.ts";
import type { NetworkParameters } from "../../../deployments/network-parameters.ts";
import { roleWallet } from "../../../localnet/chains/accounts.ts";
import { packEntries } from "../../../relayer/domain/incident/payload.ts";
import { stampsOnly, word } from "../../../relayer/domain/incident/word.ts";
import type { Target } from "./bench-chain.ts";
import { DIRECTIVE_TYPES } from "../../support/directive-types.ts";
import { DIRECTIVE_SECONDS, domainOf, quorumOf, SUBMIT_ABI } from "./directive.ts";

/* The peer: what a relayer costs that is an event listener and contract calls, with the library's own settings. */

export interface EthersData {
  readonly source: Target;
  readonly destinations: readonly Target[];
  readonly parameters: NetworkParameters;
}

const { source, destinations, parameters } = workerData as EthersData;
const quorum = quorumOf();
const hub = new Contract(
  source.hubs.other,
  readCompiledContract("hub", "IncidentHub").abi,
  new WebSocketProvider(source.wsUrl),
);
const contracts = destinations.map(
  ({ rpcUrl, hubs }) =>
    new Contract(hubs.other, SUBMIT_ABI, roleWallet("relayer2").connect(new JsonRpcProvider(rpcUrl))),
);

/** Says on every destination what the source now says of `market`. */
async function answer(market: bigint, meshWord: bigint): Promise<void> {
  const entries = packEntries([{ market: Number(market), word: stampsOnly(word(meshWord)) }]);
  const deadline = Math.floor(Date.now() / 1_000) + DIRECTIVE_SECONDS;
  const directive = { decision: id("answer"), deadline, entries };
  const signing = quorum.map((operator) => operator.signTypedData(domainOf(parameters), DIRECTIVE_TYPES, directive));
  const signatures = concat((await Promise.all(signing)).map((each) => Signature.from(each).compactSerialized));
  await Promise.all(contracts.map((contract) => contract.getFunction("submit").send(directive, signatures)));
}

await hub.on("Asserted", (...[, market = 0n, , , , , , meshWord = 0n]: bigint[]) => {
  void answer(market, meshWord).then(() => parentPort?.postMessage("answered"));
});
parentPort?.postMessage("ready");
