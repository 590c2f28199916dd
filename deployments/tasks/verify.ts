import { type JsonRpcProvider, keccak256 } from "ethers";

import { isCodeOf, isCreatedCodeOf, readDeployedContract } from "../compiled-contract.ts";
import { CHAINS_AT_ONCE, mapAtMost } from "../map-at-most.ts";
import type { NetworkParameters } from "../network-parameters.ts";
import type { ChainRecord, ContractRecord, NetworkRecord } from "../network-record.ts";
import { planContracts } from "../plan/contracts.ts";
import { type Expectation, type FactContext, type FactGroup, equal, findWrong, such, write } from "../plan/fact.ts";
import { planFacts } from "../plan/facts.ts";
import type { PlannedContract } from "../plan/planned-contract.ts";
import { SOURCES } from "../plan/sources.ts";
import { readCode } from "../read-code.ts";
import { describeCause } from "../setup-error.ts";
import { encodeCreation } from "../transaction-batch.ts";
import { argsAsCreated, toJson } from "./planned-args.ts";

/** Something on a chain that is not as it should be. */
export interface Difference {
  readonly chain: string;
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

/** A chain that is only read. */
export interface VerifiedChain {
  readonly eid: number;
  readonly provider: JsonRpcProvider;
}

/**
 * Reads everything back from the chains: the code and the constructor arguments of every contract, and the facts that
 * `wireMesh` sets.
 * @returns what differs; an empty list when all is as it should be.
 */
export async function verifyMesh(
  chains: readonly VerifiedChain[],
  record: NetworkRecord,
  parameters: NetworkParameters,
): Promise<Difference[]> {
  const all = await mapAtMost(CHAINS_AT_ONCE, record.chains, async (own) => {
    const provider = chains.find(({ eid }) => eid === own.eid)?.provider;
    if (provider) return verifyChain({ provider, own, record, parameters });
    return [{ chain: own.name, what: "connection", expected: "an RPC for this chain", actual: "none" }];
  });
  const known = new Set(record.chains.map(({ name }) => name));
  const absent = parameters.chains.filter(({ name }) => !known.has(name));
  const missing = absent.map(({ name }) => ({
    chain: name,
    what: "record",
    expected: "deployed",
    actual: "not there",
  }));
  return [...all.flat(), ...missing];
}

async function verifyChain(context: FactContext): Promise<Difference[]> {
  const { provider, own } = context;
  try {
    const chainId = await provider.send("eth_chainId", []);
    const other = compare(own.name, { "chain id": equal(own.chainId) }, { "chain id": Number(chainId) });
    // Of another chain nothing else can be said.
    if (other.length > 0) return other;
    const code = (await Promise.all(planContracts(context.parameters).map((one) => verifyCode(context, one)))).flat();
    // Where there is no contract of ours there is nothing to ask.
    if (code.length > 0) return code.toSorted(byName);
    const facts = await Promise.all([
      ...planContracts(context.parameters).map((one) => verifyArguments(context, one)),
      ...planFacts(context).map((group) => verifyFacts(own, group)),
    ]);
    return facts.flat().toSorted(byName);
  } catch (error) {
    return [{ chain: own.name, what: "connection", expected: "answers", actual: describeCause(error) }];
  }
}

const byName = (a: Difference, b: Difference) => a.what.localeCompare(b.what);

async function verifyFacts({ name: chain }: ChainRecord, { expected, read }: FactGroup): Promise<Difference[]> {
  return compare(chain, expected, await read());
}

/** A contract whose code is not the recorded one, or not what the compiler made, is somebody else's. */
async function verifyCode({ provider, own }: FactContext, planned: PlannedContract): Promise<Difference[]> {
  const { name, contract } = planned;
  const recorded = own.contracts[name];
  if (!recorded) return [{ chain: own.name, what: name, expected: "deployed", actual: "not in the record" }];
  const { code, hash } = await readCode(provider, recorded.address);
  const isOurs = (planned.createdBy ? isCreatedCodeOf : isCodeOf)(readDeployedContract(contract), code);
  return compare(
    own.name,
    {
      [`${name} code hash`]: equal(recorded.codeHash),
      // Immutables set aside: they are compared as facts, and by the arguments that set them.
      [`${name} code`]: such(`that of ${SOURCES[contract]}/${contract}.sol`, (actual) => actual === "the same"),
    },
    { [`${name} code hash`]: hash, [`${name} code`]: isOurs ? "the same" : "other code" },
  ).slice(0, 1);
}

/** Three ways that must agree: what the parameters give, what the record says, and what the chain was sent. */
async function verifyArguments(context: FactContext, planned: PlannedContract): Promise<Difference[]> {
  const { provider, own, parameters } = context;
  const recorded = own.contracts[planned.name];
  // What another contract created has its arguments from there, and those are compared.
  if (!recorded || planned.createdBy) return [];
  const args = argsAsCreated(planned, own, parameters);
  const named = nameArguments(planned, toJson(args));
  const expected = Object.fromEntries(
    Object.entries(named).map(([what, value]) => [what, equal(JSON.stringify(value))]),
  );
  const actual = nameArguments(planned, recorded.args);
  const written = Object.fromEntries(Object.entries(actual).map(([what, value]) => [what, JSON.stringify(value)]));
  const differences = compare(own.name, expected, written);
  if (differences.length > 0) return differences;
  return verifyCreation(provider, own.name, { planned, recorded, args });
}

interface Creation {
  readonly planned: PlannedContract;
  readonly recorded: ContractRecord;
  readonly args: readonly unknown[];
}

async function verifyCreation(
  provider: JsonRpcProvider,
  chain: string,
  { planned, recorded, args }: Creation,
): Promise<Difference[]> {
  const what = `${planned.name} creation`;
  const transaction = await provider.getTransaction(recorded.transaction);
  const expected = encodeCreation(readDeployedContract(planned.contract), args);
  const actual = transaction === null ? "no such transaction" : keccak256(transaction.data);
  return compare(chain, { [what]: equal(keccak256(expected)) }, { [what]: actual });
}

function nameArguments({ name, contract }: PlannedContract, args: ContractRecord["args"]) {
  const { inputs } = readDeployedContract(contract).abi.deploy;
  return Object.fromEntries(
    args.map((value, index) => [`${name} argument ${inputs[index]?.name ?? String(index)}`, value]),
  );
}

function compare(
  chain: string,
  expected: Readonly<Record<string, Expectation>>,
  actual: Readonly<Record<string, unknown>>,
): Difference[] {
  return [...findWrong(expected, actual)].map((what) => ({
    chain,
    what,
    expected: expected[what]?.text ?? "",
    actual: write(actual[what]),
  }));
}
