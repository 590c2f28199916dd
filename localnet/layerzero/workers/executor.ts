import { Interface, type TransactionReceipt } from "ethers";

import { SetupError } from "../../../deployments/setup-error.ts";
import type { FaultPlan } from "../../faults/fault-plan.ts";
import { LAYERZERO_ARTIFACTS } from "../artifacts.ts";
import { type KnownDelivery, timesVerified } from "./delivery-book.ts";
import { ENDPOINT, RECEIVE_ULN } from "./delivery-events.ts";
import { chainOf, forgedHash } from "./dvn.ts";
import type { WorkerChain, WorkerChains } from "./worker-chain.ts";

/** LayerZero's executor off chain: commits what is verified and delivers what is committed. */
export interface Executor {
  /** Commits the packet once the library takes it; tries what the contracts must refuse where the plan says so. */
  commit(delivery: KnownDelivery): Promise<void>;
  /**
   * Delivers what can be delivered on one pathway.
   * @returns milliseconds after which to ask again, or 0 when nothing waits.
   */
  execute(deliveries: readonly KnownDelivery[]): Promise<number>;
  /** Whether everything that the plan lets the executor do for the packet has been seen on chain. */
  isDone(delivery: KnownDelivery): boolean;
}

export interface ExecutorOptions {
  readonly chains: WorkerChains;
  readonly plan: () => FaultPlan;
}

const EXECUTOR = Interface.from(LAYERZERO_ARTIFACTS.Executor.abi);
const COMMIT_GAS = 500_000n;
/** What the endpoint and the executor's own code need besides the receiver's gas. */
const EXECUTE_OVERHEAD_GAS = 400_000n;
/** A delivery that fails in the receiver is tried again with twice the gas, this often in all. */
const MAX_EXECUTIONS = 3;
/** Packets that are executed out of order with each other. */
const REORDER_WINDOW = 3;
/** How long the first of them waits for others that may yet be sent, and for others that are on their way. */
const REORDER_WAIT_MS = 400;
const REORDER_LONGEST_WAIT_MS = 5_000;
const SUCCESS = 1;

export function createExecutor({ chains, plan }: ExecutorOptions): Executor {
  const executions = new Map<string, number>();
  const executed = new Set<string>();
  const readySince = new Map<string, number>();

  const executeOne = async (delivery: KnownDelivery) => {
    const attempt = executions.get(delivery.key) ?? 0;
    executions.set(delivery.key, attempt + 1);
    const receipt = await sendExecute(chainOf(chains, delivery.name.dstEid), delivery, attempt);
    const hasFailed = receipt.logs.some((log) => ENDPOINT.parseLog(log)?.name === "LzReceiveAlert");
    if (receipt.status === SUCCESS && !hasFailed) executed.add(delivery.key);
  };
  const isOpen = (delivery: KnownDelivery) =>
    delivery.commits > 0 &&
    delivery.deliveries === 0 &&
    !delivery.faults.isDropped &&
    !executed.has(delivery.key) &&
    (executions.get(delivery.key) ?? 0) < MAX_EXECUTIONS;

  return {
    commit: (delivery) => commitOne(chainOf(chains, delivery.name.dstEid), delivery),
    async execute(deliveries) {
      const open = deliveries.filter(isOpen).sort((a, b) => Number(a.packet.nonce - b.packet.nonce));
      const [first] = open;
      if (!first) return 0;
      const reached = await readInboundNonce(chainOf(chains, first.name.dstEid), first);
      const ready = open.filter(({ packet }) => packet.nonce <= reached);
      await Promise.all(ready.filter(({ faults }) => !faults.isReordered).map(executeOne));

      const waiting = ready.filter(({ faults }) => faults.isReordered);
      const isMoreComing = deliveries.some(({ commits, faults }) => commits === 0 && !faults.isWithheld);
      const waitMs = remainingWait(waiting, readySince, isMoreComing);
      if (waitMs > 0) return waitMs;
      const window = plan().shuffle(waiting.slice(0, REORDER_WINDOW), ({ name }) => name);
      for (const delivery of window) await executeOne(delivery);
      return waiting.length > REORDER_WINDOW ? 1 : 0;
    },
    isDone(delivery) {
      const { faults, refusedCommits, refusedDeliveries } = delivery;
      if (faults.isWithheld) return refusedCommits >= Number(faults.isForged);
      if (faults.isDropped) return delivery.commits > 0 && refusedCommits >= Number(faults.isForged);
      const isDelivered = delivery.deliveries > 0 || (executions.get(delivery.key) ?? 0) >= MAX_EXECUTIONS;
      const refused = Number(faults.isForged) + Number(faults.isDuplicated);
      return isDelivered && refusedCommits >= refused && refusedDeliveries >= Number(faults.isDuplicated);
    },
  };
}

/** How long the reorder window still waits for company; 0 when it is full, old enough or empty. */
function remainingWait(
  waiting: readonly KnownDelivery[],
  readySince: Map<string, number>,
  isMoreComing: boolean,
): number {
  const now = performance.now();
  for (const { key } of waiting) readySince.set(key, readySince.get(key) ?? now);
  const oldest = Math.min(...waiting.map(({ key }) => readySince.get(key) ?? now));
  if (waiting.length === 0 || waiting.length >= REORDER_WINDOW) return 0;
  const longest = isMoreComing ? REORDER_LONGEST_WAIT_MS : REORDER_WAIT_MS;
  return Math.max(0, Math.ceil(oldest + longest - now));
}

async function commitOne(destination: WorkerChain, delivery: KnownDelivery): Promise<void> {
  const { packet, faults } = delivery;
  const isForgeryReady = faults.isForged && isVerifiedByAny(destination, delivery, forgedHash(packet.payloadHash));
  if (isForgeryReady && delivery.refusedCommits === 0) {
    await expectRefusal(sendCommit(destination, delivery, forgedHash(packet.payloadHash)));
    delivery.refusedCommits += 1;
  }
  if (delivery.commits === 0 && (await isVerifiable(destination, delivery))) {
    const receipt = await sendCommit(destination, delivery, packet.payloadHash);
    if (receipt.status === SUCCESS) return;
    throw new SetupError("temporary", "A commit was refused.", { fix: "Look whether somebody else committed first." });
  }
  if (faults.isDuplicated && delivery.refusedDeliveries === 0 && isRepeated(destination, delivery)) {
    await expectRefusal(sendCommit(destination, delivery, packet.payloadHash));
    delivery.refusedCommits += 1;
    await expectRefusal(sendReceive(destination, delivery));
    delivery.refusedDeliveries += 1;
  }
}

/** A second success is not counted as refused, so that exact counts would show it. */
async function expectRefusal(sent: Promise<TransactionReceipt>): Promise<void> {
  const receipt = await sent;
  if (receipt.status !== SUCCESS) return;
  const problem = "LayerZero's contracts took what they must refuse.";
  throw new SetupError("fatal", problem, { fix: "Check the ULN configuration: it must require two DVNs." });
}

function isVerifiedByAny({ layerzero }: WorkerChain, delivery: KnownDelivery, payloadHash: string): boolean {
  return layerzero.dvns.some((dvn) => timesVerified(delivery, dvn, payloadHash) > 0);
}

function isRepeated({ layerzero }: WorkerChain, delivery: KnownDelivery): boolean {
  const isSecond = (dvn: string) => timesVerified(delivery, dvn, delivery.packet.payloadHash) > 1;
  return delivery.deliveries > 0 && layerzero.dvns.every(isSecond);
}

/** Asks the library itself, so that the executor needs to know nothing of thresholds. */
async function isVerifiable({ chain, layerzero }: WorkerChain, { packet }: KnownDelivery): Promise<boolean> {
  const data = RECEIVE_ULN.encodeFunctionData("commitVerification", [packet.header, packet.payloadHash]);
  try {
    await chain.provider.call({ to: layerzero.receiveUln, data });
    return true;
  } catch (error) {
    // "CALL_EXCEPTION" is the library's answer; anything else is the chain that does not answer.
    if (error instanceof Error && "code" in error && error.code === "CALL_EXCEPTION") return false;
    throw error;
  }
}

async function readInboundNonce({ chain, layerzero }: WorkerChain, { packet }: KnownDelivery): Promise<bigint> {
  const data = ENDPOINT.encodeFunctionData("inboundNonce", [packet.receiver, packet.srcEid, packet.sender]);
  return BigInt(await chain.provider.call({ to: layerzero.endpoint, data }));
}

function sendCommit(destination: WorkerChain, { packet }: KnownDelivery, payloadHash: string) {
  const data = RECEIVE_ULN.encodeFunctionData("commitVerification", [packet.header, payloadHash]);
  return destination.senders.executor.send({ to: destination.layerzero.receiveUln, data, gasLimit: COMMIT_GAS });
}

function sendExecute({ layerzero, senders }: WorkerChain, delivery: KnownDelivery, attempt: number) {
  const { receiver, guid, message, gasLimit: bought } = delivery.packet;
  const gasLimit = bought << BigInt(attempt);
  const params = { origin: originOf(delivery), receiver, guid, message, extraData: "0x", gasLimit };
  const data = EXECUTOR.encodeFunctionData("execute302", [params]);
  return senders.executor.send({ to: layerzero.executor, data, gasLimit: gasLimit * 2n + EXECUTE_OVERHEAD_GAS });
}

/** Straight at the endpoint, as anybody may. */
function sendReceive({ layerzero, senders }: WorkerChain, delivery: KnownDelivery) {
  const { receiver, guid, message, gasLimit } = delivery.packet;
  const data = ENDPOINT.encodeFunctionData("lzReceive", [originOf(delivery), receiver, guid, message, "0x"]);
  return senders.executor.send({ to: layerzero.endpoint, data, gasLimit: gasLimit + EXECUTE_OVERHEAD_GAS });
}

function originOf({ packet }: KnownDelivery) {
  return { srcEid: packet.srcEid, sender: packet.sender, nonce: packet.nonce };
}
