import type { Eid } from "../../domain/eid.ts";
import type { Hex } from "../../domain/hex.ts";
import { type HubSnapshot, isSameState } from "../../domain/world/hub-state.ts";
import { RelayerError } from "../../errors.ts";
import type { Agreement, Chain } from "../../ports/chain.ts";
import type { Desk } from "../../ports/desk.ts";
import type { Errands } from "../../ports/errands.ts";
import type { Messaging } from "../../ports/messaging.ts";
import { createHeadComparison } from "./compare-heads.ts";
import { createEvmDesk } from "./desk/evm-desk.ts";
import { type EvmErrands, createEvmErrands } from "./errands/evm-errands.ts";
import { subscribeHeads } from "./head-subscription.ts";
import { createHttpNode, type RpcNode } from "./http-node.ts";
import { createEvmMessaging } from "./messaging/evm-messaging.ts";
import { blockRefOf, type Finality, readBlock } from "./read-blocks.ts";
import { readHubEvents } from "./read-events.ts";
import { readHeadsAndEvents } from "./read-heads.ts";
import { readSnapshot, verifyNode } from "./read-hub.ts";
import { createRpcPool, type RpcPool, type RpcPoolOptions } from "./rpc-pool.ts";
import { createSubmitter, type Submitter, type SubmitterOptions } from "./submitter.ts";
import type { TxSettings } from "./tx-settings.ts";
import { parseAnswer, Receipt } from "./wire.ts";

export interface EvmChainOptions {
  readonly name: string;
  readonly eid: Eid;
  readonly chainId: number;
  readonly hub: Hex;
  readonly meshId: Hex;
  readonly startBlock: number;
  readonly finality: Finality;
  readonly maxLogRange: number;
  /** In order of preference. */
  readonly rpcUrls: readonly string[];
  readonly wsUrl: string | null;
  /** Null when observing. */
  readonly walletKey: string | null;
  /** Pays for errands; null, or left out, when none are done. */
  readonly keeper?: { readonly walletKey: string; readonly treasury: Hex | null } | null;
  /** The operators' desk of the venue there; null, or left out, when there is none. */
  readonly desk?: Hex | null;
  /** Accounts whose operator rights a snapshot tells. */
  readonly operators: readonly Hex[];
  readonly onRequest?: RpcPoolOptions["onRequest"];
  /** What an earlier process learned of the nodes. */
  readonly hints?: RpcPoolOptions["hints"];
  /** How transactions are sent; the defaults unless given. */
  readonly settings?: TxSettings;
  readonly onReplaced?: SubmitterOptions["onReplaced"];
  /** A node took a transaction of the wallet that pays for directives. */
  readonly onSent?: SubmitterOptions["onSent"];
  /** Instead of HTTP: for tests against an in-process chain. */
  readonly createNode?: (url: string) => RpcNode;
}

/** The outcome of checking one node. */
export interface NodeCheck {
  readonly host: string;
  /** Null where all is well. */
  readonly error: RelayerError | null;
}

/** A `Chain` on JSON-RPC nodes of an EVM chain. */
export interface EvmChain extends Chain {
  /** Checks every node: right chain, and a hub of this mesh with the configured endpoint id. */
  verify(signal: AbortSignal): Promise<readonly NodeCheck[]>;
  /** As `Submitter.recall`. Nothing when observing. */
  recall: Submitter["recall"];
  /** Over the same nodes. */
  readonly messaging: Messaging;
  /** Null without a wallet for errands. */
  readonly errands: Errands | null;
  /** Null without a desk. */
  readonly desk: Desk | null;
}

/** Connects to nothing yet: the first call does, and proves then that the node serves the right chain. */
export function createEvmChain(options: EvmChainOptions): EvmChain {
  const { name, eid, hub } = options;
  const pool = createPool(options);
  const submitter =
    options.walletKey === null
      ? null
      : createSubmitter({
          ...sendingOf(options),
          ...tellingOf(options),
          walletKey: options.walletKey,
          chain: name,
          pool,
        });
  const errands = createErrandsOf(options, pool);
  const deskAt = options.desk ?? null;
  const stopping = new AbortController();
  const comparison = createHeadComparison({ pool, nodes: options.rpcUrls.length, nowMs: () => performance.now() });
  const wakes = createWakes(options.wsUrl);

  return {
    eid,
    name,
    messaging: createEvmMessaging({ ...options, pool }),
    errands,
    desk: deskAt === null ? null : createEvmDesk({ name, eid, desk: deskAt, pool, submitter }),

    async heads(signal, next) {
      const look = await pool.run(async (session, health) => {
        const found = await readHeadsAndEvents(session, { ...options, next });
        comparison.noteHead(health, stopping.signal);
        return found;
      }, signal);
      submitter?.noteHead(look.baseFeePerGas, stopping.signal);
      errands?.noteHead(look.baseFeePerGas, stopping.signal);
      return look.heads;
    },

    block: (number, signal) =>
      comparison.below(pool.run(async (session) => blockRefOf(await readBlock(session, number)), signal)),

    hubEvents: (range, signal) => comparison.below(pool.run((session) => readHubEvents(session, hub, range), signal)),

    async snapshot(at, signal) {
      if (at.number < options.startBlock) throw notDeployedAt(options, at.number);
      const ask = { at, accounts: options.operators };
      return comparison.below(pool.run((session) => readSnapshot(session, hub, ask), signal));
    },

    agreement: (expected, quorum, signal) => compareEndpoints(pool, hub, { expected, quorum, signal }),

    async submit(directive, signal, urgency) {
      if (submitter === null)
        throw new RelayerError("WALLET_MISSING", `no wallet to send to ${name} from`, { chain: name });
      return { txHash: await submitter.submit(directive, signal, urgency) };
    },

    receipt: (txHash, signal) =>
      pool.run(async (session) => {
        const raw = await session.call("eth_getTransactionReceipt", [txHash]);
        if (raw === null) return null;
        const { status, blockNumber } = parseAnswer(Receipt, raw, "eth_getTransactionReceipt");
        return { status: status === 1 ? "success" : "reverted", blockNumber };
      }, signal),

    endpoints: () => pool.endpoints(),

    onHead: (wake) => wakes.add(wake),

    verify: (signal) => pool.verifyAll(signal),

    recall: (sent) => submitter?.recall(sent),

    close() {
      stopping.abort();
      wakes.close();
      pool.close();
      return Promise.resolve();
    },
  };
}

interface Comparing {
  readonly expected: HubSnapshot;
  readonly quorum: number;
  readonly signal: AbortSignal;
}

async function compareEndpoints(pool: RpcPool, hub: Hex, { expected, quorum, signal }: Comparing): Promise<Agreement> {
  const isSame = (snapshot: HubSnapshot | null) => snapshot !== null && isSameState(snapshot, expected);
  const outcomes = await pool.poll(
    (session) => readSnapshot(session, hub, { at: expected.block, accounts: [] }),
    signal,
    (soFar) => soFar.filter(({ result }) => isSame(result)).length >= quorum,
  );
  const hostsOf = (some: typeof outcomes) => some.map(({ host }) => host);
  return {
    agreeing: hostsOf(outcomes.filter(({ result }) => isSame(result))),
    differing: hostsOf(outcomes.filter(({ result }) => result !== null && !isSame(result))),
  };
}

/** Those who want to be woken at a new head, over one subscription that begins with the first of them. */
function createWakes(url: string | null) {
  const listeners = new Set<() => void>();
  let stopHeads: (() => void) | null = null;
  return {
    add(wake: () => void): () => void {
      if (url === null) return () => undefined;
      listeners.add(wake);
      stopHeads ??= subscribeHeads({ url, onHead: () => listeners.forEach((listener) => listener()) });
      return () => listeners.delete(wake);
    },
    close: () => stopHeads?.(),
  };
}

function sendingOf({ chainId, hub, settings, onReplaced }: EvmChainOptions) {
  return {
    chainId,
    hub,
    ...(settings === undefined ? {} : { settings }),
    ...(onReplaced === undefined ? {} : { onReplaced }),
  };
}

function tellingOf({ onSent }: EvmChainOptions): Pick<SubmitterOptions, "onSent"> {
  return onSent === undefined ? {} : { onSent };
}

function createErrandsOf(options: EvmChainOptions, pool: RpcPool): EvmErrands | null {
  const keeper = options.keeper ?? null;
  return keeper === null ? null : createEvmErrands({ ...sendingOf(options), ...keeper, chain: options.name, pool });
}

function createPool(options: EvmChainOptions): RpcPool {
  const createNode = options.createNode ?? createHttpNode;
  return createRpcPool({
    nodes: options.rpcUrls.map((url) => createNode(url)),
    maxLogRange: options.maxLogRange,
    verify: (session) => verifyNode(session, options),
    ...(options.onRequest === undefined ? {} : { onRequest: options.onRequest }),
    hints: options.hints,
  });
}

function notDeployedAt({ name, startBlock }: EvmChainOptions, block: number): RelayerError {
  const text = `the hub of ${name} is deployed in block ${startBlock}, and only block ${block} is final yet`;
  return new RelayerError("BLOCK_MISSING", text, { chain: name, block, startBlock });
}
