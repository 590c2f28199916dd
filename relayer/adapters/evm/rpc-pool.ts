import { RelayerError } from "../../errors.ts";
import type { RangeHints } from "../../ports/range-hints.ts";
import type { RpcCall, RpcNode, RpcOutcome } from "./http-node.ts";
import { createLogRange, type LogRange } from "./log-range.ts";
import { type NodeHealth, createNodeHealth, orderByHealth } from "./node-health.ts";
import { isNodeFault } from "./rpc-error.ts";

/** One node for the length of one sequence of calls. */
export interface RpcSession {
  readonly host: string;
  /** `read` as in {@link RpcNode.request}. */
  call(method: string, params: readonly unknown[], read?: (answer: Uint8Array) => unknown): Promise<unknown>;
  /** Several calls as one batch, each outcome in its place. Absent where the node cannot be sent one. */
  callAll?(calls: readonly RpcCall[]): Promise<readonly RpcOutcome[]>;
  /** What was learned about this node, kept as long as the process. */
  readonly memory: NodeMemory;
}

export interface NodeMemory {
  /** How many blocks an eth_getLogs to this node may span. */
  readonly logRange: LogRange;
  /** Whether the node takes a block hash where a block number can stand (EIP-1898). */
  readsByHash: boolean;
  /** Whether the node takes batches. */
  takesBatches: boolean;
}

/** How a request ended, for the metrics. */
export type RequestStatus = "ok" | "unavailable" | "limited" | "refused" | "malformed";

export interface RpcPoolOptions {
  readonly nodes: readonly RpcNode[];
  readonly maxLogRange: number;
  /** Proves that a node serves the chain that it should. Runs before its first use and again after an outage. */
  readonly verify: (session: RpcSession) => Promise<void>;
  readonly onRequest?: (method: string, status: RequestStatus) => void;
  readonly nowMs?: () => number;
  /** What an earlier process learned of the nodes. */
  readonly hints?: RangeHints | undefined;
}

/** Calls that belong together, to one node whose standing among the others they may change. */
export type Sequence<T> = (session: RpcSession, health: NodeHealth) => Promise<T>;

/** The nodes of one chain, in order of preference. */
export interface RpcPool {
  /**
   * Runs `sequence` against one node. When the node fails, the whole sequence runs against the next one: answers of two
   * nodes are never mixed, for they need not know the same blocks. Each node is tried once.
   *
   * @throws RelayerError of the most preferred node that failed; at once when a node serves the wrong chain
   */
  run<T>(sequence: Sequence<T>, signal: AbortSignal): Promise<T>;

  /**
   * Runs `sequence` against every node by itself, and tells each outcome as it comes: null where the node failed. Ends
   * once all have, or `isEnough` says so.
   */
  poll<T>(
    sequence: Sequence<T>,
    signal: AbortSignal,
    isEnough: (outcomes: readonly PollOutcome<T>[]) => boolean,
  ): Promise<readonly PollOutcome<T>[]>;

  /** Verifies every node now. The outcome by host, in order: null where all is well. */
  verifyAll(signal: AbortSignal): Promise<readonly { readonly host: string; readonly error: RelayerError | null }[]>;

  close(): void;
}

/** What one node made of a sequence. */
export interface PollOutcome<T> {
  readonly host: string;
  readonly result: T | null;
}

interface Run {
  readonly signal: AbortSignal;
  /** Whether the configuration itself is on trial: what serves another chain is then its fault. */
  readonly isConfigured?: boolean;
}

interface Member {
  readonly node: RpcNode;
  readonly memory: NodeMemory;
  readonly health: NodeHealth;
  isVerified: boolean;
}

export function createRpcPool(options: RpcPoolOptions): RpcPool {
  const nowMs = options.nowMs ?? (() => performance.now());
  const members = options.nodes.map((node): Member => ({
    node,
    memory: { logRange: createRangeOf(node.host, options), readsByHash: true, takesBatches: true },
    health: createNodeHealth(),
    isVerified: false,
  }));
  /** Once a node has proven what the configuration says, a node that serves something else is at fault, not the configuration. */
  let isProven = false;

  async function verify(member: Member, session: RpcSession, isConfigured: boolean): Promise<void> {
    if (member.isVerified) return;
    try {
      await options.verify(session);
    } catch (error) {
      const failure = RelayerError.from(error);
      throw isProven && !isConfigured && failure.fate === "halt" ? strayed(failure) : failure;
    }
    member.isVerified = true;
    isProven = true;
  }

  async function runOn<T>(member: Member, sequence: Sequence<T>, { signal, isConfigured = false }: Run): Promise<T> {
    const session = openSession(member, signal, options.onRequest);
    try {
      await verify(member, session, isConfigured);
      const result = await sequence(session, member.health);
      member.health.succeed();
      return result;
    } catch (error) {
      const failure = RelayerError.from(error);
      // One that was away may come back as another: it is verified again.
      const isAway = !signal.aborted && member.health.fail(failure, nowMs());
      if (isAway && failure.name === "RPC_UNAVAILABLE") member.isVerified = false;
      throw failure;
    }
  }

  return {
    async run(sequence, signal) {
      const failures: RelayerError[] = [];
      for (const member of orderByHealth(members, nowMs())) {
        try {
          return await runOn(member, sequence, { signal });
        } catch (error) {
          const failure = RelayerError.from(error);
          if (!isNodeFault(failure) || signal.aborted) throw failure;
          failures.push(failure);
        }
      }
      throw failures[0] ?? new RelayerError("RPC_UNAVAILABLE", "no node is configured");
    },

    poll: (sequence, signal, isEnough) =>
      collect(
        members.map((member) => ({ host: member.node.host, run: () => runOn(member, sequence, { signal }) })),
        isEnough,
      ),

    verifyAll: (signal) =>
      Promise.all(
        members.map(async (member) => {
          member.isVerified = false;
          const error = await runOn(member, () => Promise.resolve(null), { signal, isConfigured: true }).catch(
            (cause) => RelayerError.from(cause),
          );
          return { host: member.node.host, error };
        }),
      ),

    close: () => members.forEach(({ node }) => node.close()),
  };
}

/** Runs all at once. A wrong chain behind any of them ends it. */
async function collect<T>(
  nodes: readonly { readonly host: string; readonly run: () => Promise<T> }[],
  isEnough: (outcomes: readonly PollOutcome<T>[]) => boolean,
): Promise<readonly PollOutcome<T>[]> {
  const outcomes: PollOutcome<T>[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const note = (outcome: PollOutcome<T>): void => {
    outcomes.push(outcome);
    if (outcomes.length === nodes.length || isEnough(outcomes)) resolve();
  };
  for (const { host, run } of nodes) {
    run().then(
      (result) => note({ host, result }),
      (error: unknown) => {
        const failure = RelayerError.from(error);
        if (failure.fate === "halt") reject(failure);
        else note({ host, result: null });
      },
    );
  }
  await promise;
  return [...outcomes];
}

/** What a node serves now, as a fault of that node: the others, and other chains, go on. */
function strayed({ message, facts, code }: RelayerError): RelayerError {
  return new RelayerError("ENDPOINT_STRAYED", `passed over: ${message}`, { ...facts, found: code });
}

function createRangeOf(host: string, { maxLogRange, hints }: RpcPoolOptions): LogRange {
  const onLearned = (width: number) => hints?.learn(host, width);
  return createLogRange(maxLogRange, { width: hints?.recall(host) ?? maxLogRange, onLearned });
}

function openSession(member: Member, signal: AbortSignal, onRequest: RpcPoolOptions["onRequest"]): RpcSession {
  const { node, memory } = member;
  const noteFailed = (method: string, error: unknown) =>
    onRequest?.(method, STATUS_OF[RelayerError.from(error).name] ?? "unavailable");
  const session: RpcSession = {
    host: node.host,
    memory,
    async call(method, params, read) {
      try {
        const result = await node.request(method, params, signal, read);
        onRequest?.(method, "ok");
        return result;
      } catch (error) {
        noteFailed(method, error);
        throw error;
      }
    },
  };
  if (node.requestAll === undefined) return session;
  return {
    ...session,
    async callAll(calls) {
      const outcomes = await node.requestAll?.(calls, signal);
      outcomes?.forEach((outcome, index) => {
        const { method = "" } = calls[index] ?? {};
        if ("error" in outcome) noteFailed(method, outcome.error);
        else onRequest?.(method, "ok");
      });
      return outcomes ?? [];
    },
  };
}

const STATUS_OF: Readonly<Record<string, RequestStatus>> = {
  RPC_LIMITED: "limited",
  RPC_REFUSED: "refused",
  RPC_MALFORMED: "malformed",
};
