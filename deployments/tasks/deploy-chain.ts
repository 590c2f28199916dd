import { getCreateAddress, keccak256 } from "ethers";

import { isCodeOf, isCreatedCodeOf, readCommit, readDeployedContract } from "../compiled-contract.ts";
import type { NetworkParameters } from "../network-parameters.ts";
import type { ChainRecord, ContractRecord, PendingRecord } from "../network-record.ts";
import { planContracts } from "../plan/contracts.ts";
import type { PlannedContract } from "../plan/planned-contract.ts";
import { readCode } from "../read-code.ts";
import { SetupError, describeCause } from "../setup-error.ts";
import {
  DEPLOY_GAS_LIMIT,
  createEnvelope,
  encodeCreation,
  estimateGas,
  revertError,
  waitForReceipt,
} from "../transaction-batch.ts";
import { waitUntilQuiet } from "./account.ts";
import type { DeploymentTarget } from "./deployment-target.ts";
import { argsAsCreated, argsOf, toJson } from "./planned-args.ts";

/** The part of the record that is one chain's. */
export interface ChainBook {
  read(): ChainRecord | undefined;
  write(chain: ChainRecord): void;
}

export interface ChainDeployOptions {
  readonly target: DeploymentTarget;
  readonly parameters: NetworkParameters;
  readonly book: ChainBook;
  readonly log: (line: string) => void;
}

interface Run extends ChainDeployOptions {
  readonly deployer: string;
  chain: ChainRecord;
}

/** A creation ready to be sent: signed, so that its hash is known before anybody sees it. */
interface Creation {
  readonly planned: PlannedContract;
  readonly args: readonly unknown[];
  readonly data: string;
  readonly raw: string;
  readonly pending: PendingRecord;
}

/**
 * Creates what is not there yet on one chain.
 *
 * A creation is written down before it is sent, with its nonce and its hash. An account uses a nonce once, so that
 * whatever became of a run that ended in between, there is one contract or none: the next run finds the transaction
 * mined, or sends the very same one again.
 */
export async function deployChain(options: ChainDeployOptions): Promise<void> {
  const run = await openRun(options);
  const planned = planContracts(options.parameters);
  await checkRecorded(run, planned);
  await settlePending(run, planned);
  const missing = planned.filter(({ name, createdBy }) => !createdBy && run.chain.contracts[name] === undefined);
  if (missing.length === 0) return;
  // Nothing can be estimated on top of what is not mined.
  const rounds = options.target.pace === "each" ? missing.map((one) => [one]) : [missing];
  for (const round of rounds) await create(run, round);
}

async function openRun(options: ChainDeployOptions): Promise<Run> {
  const { target, parameters, book } = options;
  const { name, eid, chainId, provider, layerzero } = target;
  const actual = Number(await provider.send("eth_chainId", []));
  if (actual !== chainId) {
    const problem = `The node of ${name} is of chain ${actual}, not ${chainId}.`;
    throw new SetupError("config", problem, { fix: "Give the RPC URL of the right chain." });
  }
  if ((await provider.getCode(layerzero.endpoint)) === "0x") {
    const problem = `${name} has no LayerZero endpoint at ${layerzero.endpoint}.`;
    throw new SetupError("config", problem, { fix: "Check the chain's `layerzero` against the chain." });
  }
  const deployer = await target.deployer.getAddress();
  const before = book.read();
  if (before && before.deployer !== deployer) {
    const problem = `${name} was begun by ${before.deployer}, and the key given is that of ${deployer}.`;
    throw new SetupError("config", problem, { fix: "Give the key that began it." });
  }
  const startBlock = before?.startBlock ?? (await provider.getBlockNumber()) + 1;
  const { contracts = {}, pending = {} } = before ?? {};
  const { endpoint, sendUln, receiveUln, executor, dvns } = layerzero;
  const confirmations = target.confirmations ?? parameters.messaging.confirmations;
  const wired = { endpoint, sendUln, receiveUln, executor, dvns: [...dvns], confirmations };
  return { ...options, deployer, chain: { name, eid, chainId, startBlock, deployer, ...wired, contracts, pending } };
}

/** What stands is only kept when it is what the plan would create. */
async function checkRecorded(run: Run, planned: readonly PlannedContract[]): Promise<void> {
  const { chain, target, parameters } = run;
  for (const contract of planned) {
    const recorded = chain.contracts[contract.name];
    if (!recorded) continue;
    const where = `${contract.name} of ${chain.name}`;
    const expected = JSON.stringify(toJson(argsAsCreated(contract, chain, parameters)));
    if (JSON.stringify(recorded.args) !== expected) {
      const problem = `${where} was created with other arguments than the parameters give now (${expected}).`;
      const fix = "Restore the parameters, or take it out of the record to have another one created.";
      throw new SetupError("config", problem, { fix });
    }
    const { code, hash } = await readCode(target.provider, recorded.address);
    if (hash === recorded.codeHash) continue;
    const found = code === "0x" ? "no code" : "other code than is recorded";
    const fix = "Check that this is the right chain; after a reorganisation, take it out of the record.";
    throw new SetupError("config", `${where} has ${found} at ${recorded.address}.`, { fix });
  }
}

/** Finds out what became of creations that an earlier run was about to send. */
async function settlePending(run: Run, planned: readonly PlannedContract[]): Promise<void> {
  const { target, deployer, log } = run;
  for (const [name, pending] of Object.entries(run.chain.pending)) {
    const contract = planned.find((one) => one.name === name);
    // The count first: what is mined in between is found by its receipt.
    const used = await target.provider.getTransactionCount(deployer, "latest");
    const receipt = await target.provider.getTransactionReceipt(pending.transaction);
    if (contract && receipt?.status === 1) {
      log(`${run.chain.name}: found ${name} at ${pending.address}`);
      const args = argsOf(contract, run.chain, run.parameters);
      await record(run, { planned: contract, args, pending }, receipt.blockNumber);
    } else if (receipt !== null || used > pending.nonce) {
      log(`${run.chain.name}: the creation of ${name} failed or was replaced; creating it anew`);
      forget(run, name);
    } else if (!contract) {
      throw underWay(run.chain, name, pending);
    }
  }
}

function forget(run: Run, name: string): void {
  const { [name]: _, ...pending } = run.chain.pending;
  run.chain = { ...run.chain, pending };
  run.book.write(run.chain);
}

async function create(run: Run, round: readonly PlannedContract[]): Promise<void> {
  const { target, deployer, log } = run;
  const { provider, name: chain, pace } = target;
  const creations = await prepare(run, round);
  const pending = Object.fromEntries(creations.map((creation) => [creation.planned.name, creation.pending]));
  run.chain = { ...run.chain, pending: { ...run.chain.pending, ...pending } };
  run.book.write(run.chain);
  for (const creation of creations) await send(run, creation);
  for (const creation of creations) {
    const what = `deploying ${creation.planned.name}`;
    const { transaction, address, gasLimit } = creation.pending;
    const receipt = await waitForReceipt({ provider, chain, ...(pace ? { pace } : {}) }, transaction, what);
    if (receipt.status !== 1) {
      const { abi } = readDeployedContract(creation.planned.contract);
      const request = { data: creation.data, gasLimit: BigInt(gasLimit) };
      throw await revertError({ provider, chain }, { what, abi, request }, deployer);
    }
    await record(run, creation, receipt.blockNumber);
    log(`${chain}: ${creation.planned.name} at ${address}`);
  }
}

/** Signs a round. A contract that was about to be created keeps its nonce and its fees, and so its hash. */
async function prepare(run: Run, round: readonly PlannedContract[]): Promise<Creation[]> {
  const { target, deployer } = run;
  const envelope = await createEnvelope(target.provider, target.pace);
  const taken = new Set(Object.values(run.chain.pending).map(({ nonce }) => nonce));
  let next = await firstNonce(run, taken.size > 0);
  const creations: Creation[] = [];
  let chain = run.chain;
  for (const planned of round) {
    const before = run.chain.pending[planned.name];
    while (!before && taken.has(next)) next += 1;
    const nonce = before?.nonce ?? next++;
    const args = argsOf(planned, chain, run.parameters);
    const data = encodeCreation(readDeployedContract(planned.contract), args);
    const fees = before ?? {
      gasLimit: String(await gasFor(run, data)),
      maxFeePerGas: String(envelope.maxFeePerGas),
      maxPriorityFeePerGas: String(envelope.maxPriorityFeePerGas),
    };
    const { gasLimit, maxFeePerGas, maxPriorityFeePerGas } = fees;
    const raw = await target.deployer.signTransaction({
      ...envelope,
      ...{ nonce, data, gasLimit, maxFeePerGas, maxPriorityFeePerGas },
    });
    const transaction = keccak256(raw);
    if (before && before.transaction !== transaction) throw underWay(run.chain, planned.name, before);
    const address = getCreateAddress({ from: deployer, nonce });
    const pending = { nonce, address, transaction, gasLimit, maxFeePerGas, maxPriorityFeePerGas };
    creations.push({ planned, args, data, raw, pending });
    chain = withAddress(chain, planned.name, address);
  }
  return creations;
}

/** Unless a round is resumed, whatever else the account has sent is mined first: its nonce would be taken twice. */
async function firstNonce({ target, deployer }: Run, isResumed: boolean): Promise<number> {
  if (!isResumed) await waitUntilQuiet(target, deployer);
  return target.provider.getTransactionCount(deployer, "latest");
}

async function gasFor({ target, deployer }: Run, data: string): Promise<bigint> {
  return target.pace === "each" ? estimateGas(target.provider, { from: deployer, data }) : DEPLOY_GAS_LIMIT;
}

/** For the arguments of what comes after it: the address is known before the contract is there. */
function withAddress(chain: ChainRecord, name: string, address: string): ChainRecord {
  const blank = { args: [], block: 0, transaction: "0x", codeHash: "0x", compiler: "0.0.0", commit: null };
  return { ...chain, contracts: { ...chain.contracts, [name]: { ...blank, address } } };
}

/** A node refuses what it already has; whether it has it is then the only question. */
async function send({ target }: Run, { planned, raw, pending }: Creation): Promise<void> {
  try {
    await target.provider.send("eth_sendRawTransaction", [raw]);
  } catch (error) {
    const isKnown = await target.provider.getTransaction(pending.transaction).catch(() => null);
    if (isKnown !== null) return;
    const problem = `${target.name} refused a transaction (deploying ${planned.name}): ${describeCause(error)}.`;
    throw new SetupError("fatal", problem, { fix: "Check that the account is funded, then run again.", cause: error });
  }
}

/** Moves a creation from what is under way to what is there. */
async function record(
  run: Run,
  { planned, args, pending }: Pick<Creation, "planned" | "args" | "pending">,
  block: number,
): Promise<void> {
  const { name, contract } = planned;
  const compiled = readDeployedContract(contract);
  const { code, hash } = await readCode(run.target.provider, pending.address);
  if (!isCodeOf(compiled, code)) throw otherCode(run.chain.name, name, pending.address);
  const done: ContractRecord = {
    address: pending.address,
    args: toJson(args),
    block,
    transaction: pending.transaction,
    codeHash: hash,
    compiler: compiled.compiler,
    commit: readCommit(),
  };
  const { [name]: _, ...rest } = run.chain.pending;
  const created = await readCreated(run, name, done);
  run.chain = { ...run.chain, contracts: { ...run.chain.contracts, [name]: done, ...created }, pending: rest };
  run.book.write(run.chain);
}

/** What `creator` has created in its constructor. */
async function readCreated(
  { target, parameters }: Run,
  creator: string,
  done: ContractRecord,
): Promise<Record<string, ContractRecord>> {
  const children = planContracts(parameters).filter(({ createdBy }) => createdBy?.contract === creator);
  const reading = children.map(async ({ name, contract, createdBy }): Promise<[string, ContractRecord]> => {
    const address = getCreateAddress({ from: done.address, nonce: createdBy?.nonce ?? 0 });
    const { code, hash } = await readCode(target.provider, address);
    if (!isCreatedCodeOf(readDeployedContract(contract), code)) throw otherCode(target.name, name, address);
    return [name, { ...done, address, args: [], codeHash: hash }];
  });
  return Object.fromEntries(await Promise.all(reading));
}

function otherCode(chain: string, name: string, address: string): SetupError {
  const problem = `${name} of ${chain} does not have the code that the compiler made (${address}).`;
  return new SetupError("fatal", problem, { fix: "Build the commit that it was created from, then run again." });
}

function underWay(chain: ChainRecord, name: string, { nonce, transaction }: PendingRecord): SetupError {
  const problem = `A creation of ${name} on ${chain.name} with other contents may be under way (nonce ${nonce}, ${transaction}).`;
  const fix = "Wait until it is mined, or use its nonce up with an empty transaction; then run again.";
  return new SetupError("temporary", problem, { fix });
}
