import { type JsonRpcProvider, type Log, type LogDescription, toQuantity } from "ethers";

import { readDeployedContract } from "../compiled-contract.ts";
import { addressOf } from "../network-record.ts";
import type { FactContext } from "./fact.ts";
import type { ContractName } from "./sources.ts";

/** Below this a refusal is not about the range. */
const LEAST_BLOCKS = 100;

/** All events `event` of a contract since it was created. Nodes bound how many blocks one question may span. */
export async function readLogs(
  { own, provider }: FactContext,
  name: ContractName,
  event: string,
): Promise<LogDescription[]> {
  const { abi } = readDeployedContract(name);
  const topic = abi.getEvent(event)?.topicHash;
  if (topic === undefined) throw new RangeError(`${name} has no event ${event}`);
  const filter = { address: addressOf(own, name), topics: [topic] };
  const from = own.contracts[name]?.block ?? own.startBlock;
  const logs = await readRange(provider, filter, from, await provider.getBlockNumber());
  return logs.flatMap((log) => abi.parseLog(log) ?? []);
}

interface Filter {
  readonly address: string;
  readonly topics: string[];
}

async function readRange(provider: JsonRpcProvider, filter: Filter, from: number, to: number): Promise<Log[]> {
  if (from > to) return [];
  try {
    return await provider.getLogs({ ...filter, fromBlock: toQuantity(from), toBlock: toQuantity(to) });
  } catch (error) {
    if (to - from < LEAST_BLOCKS) throw error;
    const middle = Math.floor((from + to) / 2);
    return [
      ...(await readRange(provider, filter, from, middle)),
      ...(await readRange(provider, filter, middle + 1, to)),
    ];
  }
}
