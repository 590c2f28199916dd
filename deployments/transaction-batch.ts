import {
  Interface,
  type InterfaceAbi,
  type JsonRpcProvider,
  type Signer,
  type TransactionReceipt,
  type TransactionRequest,
  getCreateAddress,
} from "ethers";
import { setTimeout as sleep } from "node:timers/promises";
import { SetupError, describeCause } from "./setup-error.ts";

/** What a compiler wrote about one contract; the part that is needed to deploy and to call it. */
export interface ContractArtifact {
  readonly contractName: string;
  readonly abi: Interface | InterfaceAbi;
  readonly bytecode: string;
}

export interface Call {
  readonly to: string;
  readonly abi: Interface | InterfaceAbi;
  readonly method: string;
  readonly args?: readonly unknown[];
}

/** A contract that exists once its batch has settled. */
export interface Deployed {
  readonly address: string;
  readonly contractName: string;
  readonly abi: Interface | InterfaceAbi;
}

/**
 * Transactions of one account, sent one after the other without waiting for each to be mined. Addresses of contracts
 * are known at once, for they follow from account and nonce.
 */
export interface TransactionBatch {
  deploy(artifact: ContractArtifact, args?: readonly unknown[]): Deployed;
  call(call: Call): void;
  /** Sends native coin. */
  fund(to: string, value: bigint): void;
  /**
   * Waits until everything so far is mined.
   * @returns block number by address of each contract that the batch created.
   * @throws SetupError "fatal" that names the first transaction that failed.
   */
  settle(): Promise<ReadonlyMap<string, number>>;
}

/**
 * How transactions go out: "together", one after the other with gas limits that suit anything, for a chain of our own; or
 * "each", with the gas that the node estimates for it and only once the one before is mined, for a chain that charges.
 */
export type Pace = "together" | "each";

export interface BatchOptions {
  readonly signer: Signer;
  readonly provider: JsonRpcProvider;
  /** Name of the chain, for messages. */
  readonly chain: string;
  /** "together" unless given. */
  readonly pace?: Pace;
}

interface Item {
  readonly what: string;
  readonly abi?: Interface | InterfaceAbi;
  readonly creates?: string;
  readonly request: {
    readonly to?: string;
    readonly data?: string;
    readonly value?: bigint;
    readonly gasLimit: bigint;
  };
}

interface SentItem extends Item {
  readonly hash: Promise<string>;
}

/** Nothing can be estimated before what it builds on is mined, so limits are fixed: generous, below a block's. */
export const DEPLOY_GAS_LIMIT = 8_000_000n;
const CALL_GAS_LIMIT = 3_000_000n;
const TRANSFER_GAS_LIMIT = 100_000n;
/** Room for the base fee to rise while full blocks go by; where it is real coin that has to be there, less of it. */
const FEE_HEADROOM: Record<Pace, bigint> = { together: 10n, each: 2n };
/** What an estimate is raised by: state may have moved by the time that it is mined. */
const ESTIMATE_PERCENT = 125n;
const RECEIPT_TIMEOUT_MS: Record<Pace, number> = { together: 60_000, each: 300_000 };
const RECEIPT_POLL_MS: Record<Pace, number> = { together: 5, each: 500 };

/** Starts a batch at the account's next nonce. Nobody else may use the account until it has settled. */
export async function createTransactionBatch(options: BatchOptions): Promise<TransactionBatch> {
  const { signer, provider } = options;
  const from = await signer.getAddress();
  const envelope = await createEnvelope(provider, options.pace);
  let nonce = await provider.getTransactionCount(from, "pending");
  let sending: Promise<unknown> = Promise.resolve();
  const unconfirmed: SentItem[] = [];
  const created = new Map<string, number>();

  const enqueue = (item: Item) => {
    const transaction = { ...envelope, ...item.request, nonce: nonce++ };
    // In the order of nonces: a node may refuse one that comes too far ahead.
    const hash = sending.then(() => broadcast(options, transaction));
    hash.catch(() => {}); // settle reports it; until then nobody listens.
    sending = hash;
    unconfirmed.push({ ...item, hash });
  };
  return {
    deploy(artifact, args = []) {
      const { contractName, abi, bytecode } = artifact;
      const address = getCreateAddress({ from, nonce });
      const data = encodeCreation({ abi, bytecode }, args);
      enqueue({
        what: `deploying ${contractName}`,
        abi,
        creates: address,
        request: { data, gasLimit: DEPLOY_GAS_LIMIT },
      });
      return { address, contractName, abi };
    },
    call({ to, abi, method, args = [] }) {
      const data = Interface.from(abi).encodeFunctionData(method, [...args]);
      enqueue({ what: `calling ${method}`, abi, request: { to, data, gasLimit: CALL_GAS_LIMIT } });
    },
    fund: (to, value) => enqueue({ what: "sending coin", request: { to, value, gasLimit: TRANSFER_GAS_LIMIT } }),
    async settle() {
      for (const item of unconfirmed.splice(0)) {
        const block = await confirm(options, item, from);
        if (item.creates !== undefined) created.set(item.creates, block);
      }
      return created;
    },
  };
}

/** What a transaction carries that creates a contract. */
export function encodeCreation(
  { abi, bytecode }: Pick<ContractArtifact, "abi" | "bytecode">,
  args: readonly unknown[],
): string {
  const encoded = Interface.from(abi).encodeDeploy([...args]);
  return bytecode + encoded.slice(2);
}

/** What every transaction of an account on this chain has in common, at today's fees. */
export async function createEnvelope(provider: JsonRpcProvider, pace: Pace = "together") {
  const fees = await provider.getFeeData();
  const { chainId } = await provider.getNetwork();
  const maxPriorityFeePerGas = fees.maxPriorityFeePerGas ?? 1n;
  const maxFeePerGas = (fees.maxFeePerGas ?? fees.gasPrice ?? 1n) * FEE_HEADROOM[pace];
  return { type: 2, chainId, maxFeePerGas, maxPriorityFeePerGas };
}

/** Gas for `request`, as the node estimates it, and some more. */
export async function estimateGas(provider: JsonRpcProvider, request: TransactionRequest): Promise<bigint> {
  return ((await provider.estimateGas(request)) * ESTIMATE_PERCENT) / 100n;
}

async function broadcast(options: BatchOptions, transaction: TransactionRequest): Promise<string> {
  const { signer, provider, pace } = options;
  if (pace !== "each") return sendRaw(provider, await signer.signTransaction(transaction));
  const { gasLimit: _, ...open } = transaction;
  const gasLimit = await estimateGas(provider, { ...open, from: await signer.getAddress() });
  const hash = await sendRaw(provider, await signer.signTransaction({ ...open, gasLimit }));
  await waitForReceipt(options, hash, "a transaction");
  return hash;
}

async function sendRaw(provider: JsonRpcProvider, raw: string): Promise<string> {
  return String(await provider.send("eth_sendRawTransaction", [raw]));
}

async function confirm(options: BatchOptions, item: SentItem, from: string): Promise<number> {
  let hash: string;
  try {
    hash = await item.hash;
  } catch (error) {
    if (error instanceof SetupError) throw error;
    const reason = nameRevert(error, item.abi);
    const problem = `${options.chain} refused a transaction (${item.what}): ${reason}.`;
    throw new SetupError("fatal", problem, { fix: "Check that the account is funded and may do this.", cause: error });
  }
  const receipt = await waitForReceipt(options, hash, item.what);
  if (receipt.status === 1) return receipt.blockNumber;
  throw await revertError(options, item, from);
}

/** @throws SetupError "temporary" when it is not mined in time. */
export async function waitForReceipt(
  { provider, chain, pace = "together" }: Pick<BatchOptions, "provider" | "chain" | "pace">,
  hash: string,
  what: string,
): Promise<TransactionReceipt> {
  const deadline = performance.now() + RECEIPT_TIMEOUT_MS[pace];
  while (performance.now() < deadline) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt) return receipt;
    await sleep(RECEIPT_POLL_MS[pace]);
  }
  const problem = `${chain} did not mine a transaction within ${RECEIPT_TIMEOUT_MS[pace] / 1000} s (${what}, ${hash}).`;
  throw new SetupError("temporary", problem, { fix: "Check that the chain makes blocks, then run again." });
}

/** Runs the transaction once more as a call, which is the only way to hear why it failed. */
export async function revertError(
  options: Pick<BatchOptions, "provider" | "chain">,
  item: Pick<Item, "what" | "abi" | "request">,
  from: string,
): Promise<SetupError> {
  const reason = await options.provider.call({ from, ...item.request }).then(
    () => "it ran out of gas or depended on a block that is gone",
    (error: unknown) => nameRevert(error, item.abi),
  );
  const problem = `A transaction failed on ${options.chain} (${item.what}): ${reason}.`;
  return new SetupError("fatal", problem, { fix: "Check the parameters against the contract's errors." });
}

function nameRevert(error: unknown, abi: Interface | InterfaceAbi | undefined): string {
  const data = typeof error === "object" && error !== null && "data" in error ? error.data : undefined;
  const parsed = abi && typeof data === "string" ? Interface.from(abi).parseError(data) : null;
  return parsed ? `${parsed.name}(${parsed.args.join(", ")})` : describeCause(error);
}
