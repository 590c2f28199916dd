import type { Eid } from "../../relayer/domain/eid.ts";
import { type Hex, hexOfInteger } from "../../relayer/domain/hex.ts";
import type { SignedDirective } from "../../relayer/domain/incident/directive.ts";
import type { LoggedEvent } from "../../relayer/domain/incident/hub-event.ts";
import type { BlockRef } from "../../relayer/domain/world/block.ts";
import { type HubSnapshot, isSameState } from "../../relayer/domain/world/hub-state.ts";
import { RelayerError } from "../../relayer/errors.ts";
import type {
  Agreement,
  BlockRange,
  Chain,
  EndpointHealth,
  Heads,
  TransactionReceipt,
} from "../../relayer/ports/chain.ts";
import type { Clock } from "../../relayer/ports/clock.ts";
import { T0, blockHash } from "./builders.ts";
import { ModelHub } from "./model-hub.ts";

/** Blocks that a chain has before the test begins. */
const HISTORY = 20;

interface Mined {
  readonly ref: BlockRef;
  readonly logs: readonly LoggedEvent[];
  readonly receipts: ReadonlyMap<Hex, TransactionReceipt>;
  readonly transactions: readonly PendingTransaction[];
  readonly hub: ModelHub;
}

interface PendingTransaction {
  readonly txHash: Hex;
  readonly signed: SignedDirective;
}

type Method = "heads" | "block" | "hubEvents" | "snapshot" | "agreement" | "submit" | "receipt";

/** What goes wrong with the node, until the test says otherwise. */
export interface Faults {
  /** Every request fails at once. */
  isDown: boolean;
  /** The URL leads to another chain. */
  isWrong: boolean;
  /** The node is so many blocks behind the chain. */
  lagBlocks: number;
  /** These requests never answer. */
  hanging: Set<Method>;
  /** Milliseconds before each answer. */
  delayMs: number;
  /** Logs of these sequence numbers are never shown. */
  hiddenSeqs: Set<number>;
  /** So many snapshots show the state of the newest block, whichever was asked for. */
  torn: number;
  /** Logs that are shown and were never emitted. */
  forgedLogs: LoggedEvent[];
  /** This many transactions are taken and then forgotten. */
  losesNext: number;
  /** Endpoints that tell the truth when each is asked by itself, and those that tell something else. */
  endpoints: { honest: number; lying: number };
  /** Every submission is refused by the node. */
  refusesSubmits: boolean;
  /** Every directive reverts when mined. */
  revertsAll: boolean;
}

export interface FakeChainOptions {
  readonly clock: Clock;
  readonly name?: string;
  readonly markets?: readonly number[];
  /** Blocks behind the head that are final. */
  readonly finalityDepth?: number;
  /** Operator accounts of the process under test. */
  readonly accounts?: readonly Hex[];
}

/** A chain with a hub on it, in memory, that delays, forks, lies and dies on request. Blocks come when told to. */
export class FakeChain implements Chain {
  readonly eid: Eid;
  readonly name: string;
  readonly faults: Faults = {
    isDown: false,
    isWrong: false,
    lagBlocks: 0,
    hanging: new Set(),
    delayMs: 0,
    hiddenSeqs: new Set(),
    torn: 0,
    forgedLogs: [],
    losesNext: 0,
    endpoints: { honest: 3, lying: 0 },
    refusesSubmits: false,
    revertsAll: false,
  };
  /** How often each method was called. */
  readonly calls: Record<Method, number> = {
    heads: 0,
    block: 0,
    hubEvents: 0,
    snapshot: 0,
    agreement: 0,
    submit: 0,
    receipt: 0,
  };
  /** Every range of blocks that logs were asked for. */
  readonly ranges: BlockRange[] = [];
  /** Every directive that a caller tried to hand over, taken or not. */
  readonly submitted: SignedDirective[] = [];
  finalityDepth: number;
  isClosed = false;

  readonly #options: FakeChainOptions;
  #blocks: Mined[];
  #pending: PendingTransaction[] = [];
  #next: ((hub: ModelHub, time: number) => void)[] = [];
  #wakes = new Set<() => void>();
  #fork = 0;
  #transactions = 0;

  constructor(eid: Eid, options: FakeChainOptions) {
    this.eid = eid;
    this.name = options.name ?? `chain-${eid}`;
    this.finalityDepth = options.finalityDepth ?? 4;
    this.#options = options;
    const hub = new ModelHub(eid, options.markets);
    const ref = { number: 0, hash: blockHash(0, eid << 8), parentHash: blockHash(-1, 0), timestamp: T0 };
    this.#blocks = [{ ref, logs: logsOf(hub, ref, []), receipts: new Map(), transactions: [], hub }];
    this.mine(HISTORY);
  }

  /* SCRIPT */

  get head(): BlockRef {
    return this.#tip.ref;
  }

  /** The hub as of the head. Look, do not touch: use {@link next}. */
  get hub(): ModelHub {
    return this.#tip.hub;
  }

  /** Does something to the hub in the next block, before its transactions. */
  next(change: (hub: ModelHub, time: number) => void): void {
    this.#next.push(change);
  }

  /** Mines `count` blocks, `seconds` apart. Pending transactions go into the first. */
  mine(count = 1, seconds = 1): void {
    for (let mined = 0; mined < count; mined++) this.#mineOne(this.head.timestamp + seconds);
    for (const wake of this.#wakes) wake();
  }

  /** Replaces the last `depth` blocks by others. What was in them is gone unless `keeps` says so. */
  reorganise(depth: number, { keeps = false, blocks = depth + 1 }: { keeps?: boolean; blocks?: number } = {}): void {
    const undone = this.#blocks.splice(-depth);
    this.#fork += 1;
    if (keeps) this.#pending.unshift(...undone.flatMap(({ transactions }) => transactions));
    this.mine(blocks);
  }

  /** Transactions that reached the chain, in order: `null` for success, else why they reverted. */
  get mined(): readonly TransactionReceipt[] {
    return this.#blocks.flatMap(({ receipts }) => [...receipts.values()]);
  }

  /* CHAIN */

  heads(signal: AbortSignal, next?: number): Promise<Heads> {
    return this.#answer("heads", signal, () => {
      const { ref: latest, logs } = this.#at(this.#blocks.length - 1 - this.faults.lagBlocks);
      const heads = { latest, finalised: this.#at(Math.max(0, latest.number - this.finalityDepth)).ref };
      const isHidden = logs.some(({ event }) => this.faults.hiddenSeqs.has(event.seq));
      // A block's bloom filter speaks for what is hidden of it.
      const events = this.#shown(latest.number, latest.number);
      return latest.number === next && !isHidden ? { ...heads, events } : heads;
    });
  }

  block(number: number, signal: AbortSignal): Promise<BlockRef> {
    return this.#answer("block", signal, () => this.#at(number).ref);
  }

  hubEvents({ from, to }: BlockRange, signal: AbortSignal): Promise<readonly LoggedEvent[]> {
    this.ranges.push({ from, to });
    return this.#answer("hubEvents", signal, () => this.#shown(from, to));
  }

  snapshot(at: BlockRef, signal: AbortSignal): Promise<HubSnapshot> {
    return this.#answer("snapshot", signal, () => {
      const { ref, hub } = this.#at(at.number);
      if (ref.hash !== at.hash) throw new RelayerError("BLOCK_REPLACED", `block ${at.number} was replaced`);
      const isTorn = this.faults.torn > 0;
      if (isTorn) this.faults.torn -= 1;
      const { operators, ...state } = (isTorn ? this.#at(this.#blocks.length - 1).hub : hub).state();
      const accounts = this.#options.accounts ?? operators;
      return { ...state, operators: accounts.filter((account) => operators.includes(account)), block: ref };
    });
  }

  agreement(expected: HubSnapshot, quorum: number, signal: AbortSignal): Promise<Agreement> {
    return this.#answer("agreement", signal, () => {
      const { ref, hub } = this.#at(expected.block.number);
      const isTrue = ref.hash === expected.block.hash && isSameState(hub.state(), expected);
      const { honest, lying } = this.faults.endpoints;
      const hosts = (count: number, kind: string) => Array.from({ length: count }, (_, index) => `${kind}-${index}`);
      const [agreeing, differing] = isTrue ? [honest, lying] : [0, honest + lying];
      return { agreeing: hosts(Math.min(agreeing, quorum), "node"), differing: hosts(differing, "other") };
    });
  }

  submit(signed: SignedDirective, signal: AbortSignal): Promise<{ readonly txHash: Hex }> {
    this.submitted.push(signed);
    return this.#answer("submit", signal, () => {
      if (this.faults.refusesSubmits) throw new RelayerError("TX_REFUSED", "refused by the fake node");
      this.#transactions += 1;
      const txHash = hexOfInteger((BigInt(this.eid) << 32n) | BigInt(this.#transactions), 32);
      if (this.faults.losesNext > 0) this.faults.losesNext -= 1;
      else this.#pending.push({ txHash, signed });
      return { txHash };
    });
  }

  receipt(txHash: Hex, signal: AbortSignal): Promise<TransactionReceipt | null> {
    return this.#answer("receipt", signal, () => {
      return this.#blocks.map(({ receipts }) => receipts.get(txHash)).find((receipt) => receipt !== undefined) ?? null;
    });
  }

  endpoints(): readonly EndpointHealth[] {
    const isResting = this.faults.isDown;
    return [{ host: `${this.name}.invalid`, score: 1, latencyMs: null, errorRate: 0, isDoubted: false, isResting }];
  }

  onHead(wake: () => void): () => void {
    this.#wakes.add(wake);
    return () => this.#wakes.delete(wake);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  /* INSIDE */

  get #tip(): Mined {
    return this.#at(this.#blocks.length - 1);
  }

  #shown(from: number, to: number): readonly LoggedEvent[] {
    const logs = this.#blocks.slice(from, to + 1).flatMap((block) => block.logs);
    const forged = this.faults.forgedLogs.filter(({ blockNumber }) => blockNumber >= from && blockNumber <= to);
    return [...logs.filter(({ event }) => !this.faults.hiddenSeqs.has(event.seq)), ...forged];
  }

  #at(number: number): Mined {
    const block = this.#blocks[number];
    if (block === undefined) throw new RelayerError("BLOCK_MISSING", `no block ${number}`, { number });
    return block;
  }

  #mineOne(timestamp: number): void {
    const { ref: parent, hub: before } = this.#tip;
    const number = parent.number + 1;
    const hash = blockHash(number, (this.eid << 8) + this.#fork);
    const ref = { number, hash, parentHash: parent.hash, timestamp };
    // Hubs are never changed once they are in a block, so a block without anything in it shares its parent's.
    const hub = this.#next.length + this.#pending.length === 0 ? before : before.copy();
    const receipts = new Map<Hex, TransactionReceipt>();
    const hashes: Hex[] = [];
    for (const change of this.#next.splice(0)) change(hub, timestamp);
    const transactions = this.#pending.splice(0);
    for (const { txHash, signed } of transactions) {
      const reason = this.faults.revertsAll ? "told to" : hub.submit(signed, timestamp);
      receipts.set(txHash, { status: reason === null ? "success" : "reverted", blockNumber: number });
      hashes.push(txHash);
    }
    this.#blocks.push({ ref, logs: logsOf(hub, ref, hashes), receipts, transactions, hub });
  }

  async #answer<T>(method: Method, signal: AbortSignal, make: () => T): Promise<T> {
    this.calls[method] += 1;
    if (this.faults.hanging.has(method)) await new Promise((_, reject) => this.#rejectOn(signal, reject));
    if (this.faults.delayMs > 0) await this.#options.clock.sleep(this.faults.delayMs, signal);
    if (this.faults.isDown) throw new RelayerError("RPC_UNAVAILABLE", "the fake node is down");
    if (this.faults.isWrong) throw new RelayerError("CHAIN_MISMATCH", "the fake node serves another chain");
    if (signal.aborted) throw new RelayerError("RPC_UNAVAILABLE", "aborted");
    return make();
  }

  #rejectOn(signal: AbortSignal, reject: (error: RelayerError) => void): void {
    signal.addEventListener("abort", () => reject(new RelayerError("RPC_UNAVAILABLE", "aborted")), { once: true });
  }
}

function logsOf(hub: ModelHub, { number, hash }: BlockRef, hashes: readonly Hex[]): readonly LoggedEvent[] {
  const txHash = hashes[0] ?? hash;
  return hub.takeEvents().map((event, logIndex) => ({ blockNumber: number, blockHash: hash, logIndex, txHash, event }));
}
