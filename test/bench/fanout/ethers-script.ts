import { concat, Contract, id, JsonRpcProvider, type Provider, WebSocketProvider } from "ethers";

import { readCompiledContract } from "../../../deployments/compiled-contract.ts";
import { roleWallet } from "../../../localnet/chains/accounts.ts";
import { packEntries } from "../../../relayer/domain/incident/payload.ts";
import { stampsOnly, word } from "../../../relayer/domain/incident/word.ts";
import { DIRECTIVE_SECONDS, DIRECTIVE_TYPES, domainOf, quorumOf, SUBMIT_ABI } from "./directive.ts";
import type { FanoutWorld } from "./fanout-world.ts";

/** The peer: what a relayer costs that is a listener and contract calls, with the library's own settings. */
export interface EthersScript {
  /** Answers the next assertion. Resolves when every node has answered. */
  answerNext(): Promise<void>;
  close(): Promise<void>;
}

export async function createEthersScript(world: FanoutWorld): Promise<EthersScript> {
  const { source, destinations, parameters } = world;
  const socket = new WebSocketProvider(source.wsUrl);
  const hub = new Contract(source.hubs.other, readCompiledContract("hub", "IncidentHub").abi, socket);
  const quorum = quorumOf();
  const providers: Provider[] = [];
  const contracts = destinations.map(({ rpcUrl, hubs }) => {
    const provider = new JsonRpcProvider(rpcUrl);
    providers.push(provider);
    return new Contract(hubs.other, SUBMIT_ABI, roleWallet("relayer2").connect(provider));
  });

  const answer = async (market: bigint, meshWord: bigint): Promise<void> => {
    const entries = packEntries([{ market: Number(market), word: stampsOnly(word(meshWord)) }]);
    const deadline = Math.floor(Date.now() / 1_000) + DIRECTIVE_SECONDS;
    const directive = { decision: id("answer"), deadline, entries };
    const signing = quorum.map((operator) => operator.signTypedData(domainOf(parameters), DIRECTIVE_TYPES, directive));
    const signatures = concat(await Promise.all(signing));
    await Promise.all(contracts.map((contract) => contract.getFunction("submit").send(directive, signatures)));
  };
  let next = Promise.withResolvers<void>();
  // Subscribed for good: one that is made for each round may come too late for it.
  await hub.on("Asserted", (...[, market, , , , , , meshWord]: bigint[]) => {
    answer(market ?? 0n, meshWord ?? 0n).then(next.resolve, next.reject);
  });
  return {
    answerNext() {
      next = Promise.withResolvers();
      return next.promise;
    },
    async close() {
      for (const provider of [...providers, socket]) await provider.destroy();
    },
  };
}
