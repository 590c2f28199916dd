import type { Log } from "ethers";

import { SetupError } from "../../../deployments/setup-error.ts";
import { createAccountSender } from "../../chains/account-sender.ts";
import type { Role } from "../../chains/accounts.ts";
import type { LocalChain } from "../../chains/start-chain.ts";
import type { FaultPlan } from "../../faults/fault-plan.ts";
import { waitUntil } from "../../wait-until.ts";
import type { LayerZeroStack } from "../wire-layerzero.ts";
import { type Delivery, createDeliveryBook, isKnown } from "./delivery-book.ts";
import { type DeliveryCounts, addDeliveries, noDeliveries } from "./delivery-counts.ts";
import { readDeliveryEvent } from "./delivery-events.ts";
import { type Dispatcher, createDispatcher } from "./dispatcher.ts";
import { createDvn } from "./dvn.ts";
import { createExecutor } from "./executor.ts";
import { type LogCursor, createLogCursor } from "./log-cursor.ts";
import type { WorkerChain } from "./worker-chain.ts";

/** Both DVNs and the executor, over all chains. */
export interface Workers {
  /** Counts by the name of the chain where it happened. */
  counts(): ReadonlyMap<string, DeliveryCounts>;
  totals(): DeliveryCounts;
  /** From now on these faults. Packets that are not delivered yet are decided anew, as if they had just been sent. */
  setFaultPlan(plan: FaultPlan): Promise<void>;
  /**
   * Resolves when every packet has come as far as the plan lets it.
   * @throws SetupError "temporary" when that takes longer than `timeoutMs`.
   */
  idle(options?: IdleOptions): Promise<void>;
  /** Goes on after {@link stop}, from the block where it stopped. */
  start(): void;
  stop(): void;
}

export interface IdleOptions {
  readonly timeoutMs?: number;
  /** Names of chains that are down on purpose: packets from and to them are not waited for. */
  readonly except?: readonly string[];
}

export interface WorkedChain {
  readonly chain: LocalChain;
  readonly layerzero: LayerZeroStack;
  /** Nothing was sent before this block. */
  readonly fromBlock: number;
}

export interface WorkersOptions {
  readonly chains: readonly WorkedChain[];
  readonly plan: FaultPlan;
  /** Blocks that the DVNs wait for, as the hubs' configuration asks. */
  readonly confirmations: number;
  readonly log: (line: string) => void;
}

const IDLE_TIMEOUT_MS = 30_000;

/** Starts the workers. They run until {@link Workers.stop}. */
export function startWorkers(options: WorkersOptions): Workers {
  let { plan } = options;
  let eventCount = 0;
  const cursors = new Map<number, LogCursor>();
  const refresh = (eid: number) => refreshOrThrow(cursors.get(eid));
  const chains = new Map(options.chains.map((worked) => [worked.chain.eid, createWorkerChain(worked)]));
  const book = createDeliveryBook((name) => plan.decide(name));
  const dvns = ([0, 1] as const).map((index) => createDvn({ index, chains, confirmations: options.confirmations }));
  const executor = createExecutor({ chains, plan: () => plan });
  const dispatcher = createDispatcher({ book, dvns, executor, refresh, log: options.log });

  for (const { chain, layerzero, fromBlock } of options.chains) {
    const onLog: OnLog = (log) => {
      const event = readDeliveryEvent(log, chain.eid);
      if (!event) return;
      eventCount += 1;
      const delivery = book.record(event);
      if (isKnown(delivery)) dispatcher.advance(delivery, event.kind);
    };
    cursors.set(chain.eid, createCursor({ chain, layerzero, fromBlock, onLog }));
  }
  const catchUp = (eids: Iterable<number>) => Promise.all([...eids].map((eid) => cursors.get(eid)?.catchUp()));
  const advanceOpen = () => {
    for (const delivery of book.all()) {
      if (!isKnown(delivery) || dispatcher.isSettled(delivery)) continue;
      dispatcher.advance(delivery, delivery.deliveries === 0 ? "sent" : "delivered");
    }
  };
  const dvnsOf = (eid: number) => chains.get(eid)?.layerzero.dvns ?? [];
  const workers: Workers = {
    counts() {
      const counts = book.counts(dvnsOf);
      return new Map(options.chains.map(({ chain }) => [chain.name, counts.get(chain.eid) ?? noDeliveries()]));
    },
    totals: () => addDeliveries(workers.counts().values()),
    async setFaultPlan(next) {
      await catchUp(cursors.keys());
      plan = next;
      for (const delivery of book.all()) {
        if (delivery.deliveries === 0) delivery.faults = plan.decide(delivery.name);
      }
      advanceOpen();
    },
    async idle({ timeoutMs = IDLE_TIMEOUT_MS, except = [] } = {}) {
      const eids = options.chains.filter(({ chain }) => !except.includes(chain.name)).map(({ chain }) => chain.eid);
      const isQuiet = async () => {
        const before = eventCount;
        const answers = await catchUp(eids);
        return answers.every(Boolean) && eventCount === before && isSettledAmong(eids, book.all(), dispatcher);
      };
      const fix = "Compare the counts of the workers with what the fault plan lets through.";
      await waitUntil(isQuiet, { what: "LayerZero packets to be delivered", timeoutMs, fix });
    },
    start() {
      for (const cursor of cursors.values()) cursor.open();
      advanceOpen();
    },
    stop() {
      for (const cursor of cursors.values()) cursor.close();
      dispatcher.stop();
    },
  };
  workers.start();
  return workers;
}

function isSettledAmong(eids: readonly number[], all: Iterable<Delivery>, dispatcher: Dispatcher): boolean {
  const isAmong = ({ name }: Delivery) => eids.includes(name.srcEid) && eids.includes(name.dstEid);
  return [...all].filter(isAmong).every((delivery) => dispatcher.isSettled(delivery));
}

async function refreshOrThrow(cursor: LogCursor | undefined): Promise<void> {
  if (await cursor?.catchUp()) return;
  throw new SetupError("temporary", "A chain does not answer.", { fix: "Wait until it is back." });
}

type OnLog = (log: Log) => void;

function createCursor({ chain, layerzero, fromBlock, onLog }: WorkedChain & { readonly onLog: OnLog }): LogCursor {
  return createLogCursor({
    provider: chain.provider,
    wsUrl: chain.wsUrl,
    addresses: [layerzero.endpoint, layerzero.receiveUln],
    fromBlock,
    onLogs: (logs) => logs.forEach(onLog),
  });
}

function createWorkerChain({ chain, layerzero }: WorkedChain): WorkerChain {
  const { provider, chainId } = chain;
  const senderOf = (role: Role) => createAccountSender({ provider, wallet: chain.wallet(role), chainId });
  const senders = { dvn1: senderOf("dvn1"), dvn2: senderOf("dvn2"), executor: senderOf("executor") };
  return { chain, layerzero, senders };
}
