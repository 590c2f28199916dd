import type { Eid } from "../domain/eid.ts";
import type { Hex } from "../domain/hex.ts";
import type { SignedDirective } from "../domain/incident/directive.ts";
import type { LoggedEvent } from "../domain/incident/hub-event.ts";
import type { BlockRef } from "../domain/world/block.ts";
import type { HubSnapshot } from "../domain/world/hub-state.ts";

/** Where a chain is and how far it is beyond doubt. */
export interface Heads {
  readonly latest: BlockRef;
  readonly finalised: BlockRef;
  /** The hub's events in `latest`: only where they were asked for and proved to be all. */
  readonly events?: readonly LoggedEvent[];
}

/** Block numbers, both inclusive. */
export interface BlockRange {
  readonly from: number;
  readonly to: number;
}

export interface TransactionReceipt {
  readonly status: "success" | "reverted";
  readonly blockNumber: number;
}

/** Endpoints by host. */
export interface Agreement {
  readonly agreeing: readonly string[];
  readonly differing: readonly string[];
}

/** How one endpoint stands, by what it has answered lately. */
export interface EndpointHealth {
  /** Host and port, all that is ever shown of its URL. */
  readonly host: string;
  /** 0 to 1: the higher, the sooner it is asked. */
  readonly score: number;
  /** Milliseconds of an answer; null before the first. */
  readonly latencyMs: number | null;
  /** Part of requests that failed. */
  readonly errorRate: number;
  /** It showed something that the others contradict: a head far behind theirs, or a block that nobody has. */
  readonly isDoubted: boolean;
  /** It was away, and is passed over for a while. */
  readonly isResting: boolean;
}

/**
 * One deployment's chain, as the relayer needs it. Implemented by `adapters/evm` and, in tests, by `FakeChain`.
 *
 * Every method rejects with a `RelayerError`: fate `retry` when the node failed (time-out, refusal, missing block,
 * reorganised underfoot), fate `halt` when it is the wrong chain. Each returns within a bounded time, signal or not.
 */
export interface Chain {
  readonly eid: Eid;
  /** As the configuration names it, for logs and metrics. */
  readonly name: string;

  /**
   * The head and the finalised head, read together. `finalised` is never ahead of `latest`. Where block `next` is likely
   * to be the head, the hub's events in it are asked for in the same round trip, and told if it is and nothing speaks
   * against them: they stand in that very block, and its bloom filter has no more. Else {@link hubEvents} tells.
   */
  heads(signal: AbortSignal, next?: number): Promise<Heads>;

  /** The block that is canonical at `number`. A node that does not have it is an error, never "empty". */
  block(number: number, signal: AbortSignal): Promise<BlockRef>;

  /**
   * The hub's events in `range`, in chain order, decoded. Logs of unknown events are left out. The caller keeps
   * `range` within the configured bound; what it cannot trust (a lying or lagging node) it checks by `seq`.
   */
  hubEvents(range: BlockRange, signal: AbortSignal): Promise<readonly LoggedEvent[]>;

  /**
   * The hub's state at exactly `at`, pinned by hash: rejects when `at` is no longer canonical. `operators` are those
   * of this process's own operator accounts that the hub accepts.
   */
  snapshot(at: BlockRef, signal: AbortSignal): Promise<HubSnapshot>;

  /**
   * Which endpoints, each asked by itself, tell of block `expected.block` the state that is expected. Comes back as soon
   * as `quorum` of them do; an endpoint that fails is neither agreeing nor differing.
   */
  agreement(expected: HubSnapshot, quorum: number, signal: AbortSignal): Promise<Agreement>;

  /**
   * Hands the directive to the chain. Resolves when the node has taken the raw transaction, not when it is mined. Safe
   * to repeat: merging is idempotent, and the same directive while it is not mined is the same transaction. One request
   * on the way out; fees and nonce are known beforehand. What is `routine` leaves the wallet's reserve alone.
   *
   * @throws RelayerError `retry` when the node did not take it; `drop` when it never will
   */
  submit(
    directive: SignedDirective,
    signal: AbortSignal,
    urgency?: "urgent" | "routine",
  ): Promise<{ readonly txHash: Hex }>;

  /** The receipt, or null while there is none. */
  receipt(txHash: Hex, signal: AbortSignal): Promise<TransactionReceipt | null>;

  /** Every endpoint as it stands now, in the configured order. */
  endpoints(): readonly EndpointHealth[];

  /** Calls `wake` when a new head is announced. A hint only: polling is the source. Returns how to stop. */
  onHead(wake: () => void): () => void;

  close(): Promise<void>;
}
