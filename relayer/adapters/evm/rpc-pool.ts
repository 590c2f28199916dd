import { RelayerError } from "../../errors.ts";
import type { RpcNode } from "./http-node.ts";
import { createLogRange, type LogRange } from "./log-range.ts";
import { isNodeFault } from "./rpc-error.ts";

/** How long a node that failed is passed over: doubles with every failure in a row, up to the longest. */
const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 30_000;

/** One node for the length of one sequence of calls. */
export interface RpcSession {
  readonly host: string;
  /** `read` as in {@link RpcNode.request}. */
  call(method: string, params: readonly unknown[], read?: (answer: Uint8Array) => unknown): Promise<unknown>;
  /** What was learned about this node, kept as long as the process. */
  readonly memory: NodeMemory;
}

export interface NodeMemory {
  /** How many blocks an eth_getLogs to this node may span. */
  readonly logRange: LogRange;
  /** Whether the node takes a block hash where a block number can stand (EIP-1898). */
  readsByHash: boolean;
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
}

/** The nodes of one chain, in order of preference. */
export interface RpcPool {
  /**
   * Runs `sequence` against one node. When the node fails, the whole sequence runs against the next one: answers of two
   * nodes are never mixed, for they need not know the same blocks. Each node is tried once.
   *
   * @throws RelayerError of the most preferred node that failed; at once when a node serves the wrong chain
   */
  run<T>(sequence: (session: RpcSession) => Promise<T>, signal: AbortSignal): Promise<T>;

  /**
   * Runs `sequence` against every node by itself, and tells each outcome as it comes: null where the node failed. Ends
   * once all have, or `isEnough` says so.
   */
  poll<T>(
    sequence: (session: RpcSession) => Promise<T>,
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

interface Member {
  readonly node: RpcNode;
  readonly memory: NodeMemory;
  isVerified: boolean;
  failures: number;
  restsUntilMs: number;
}

export function createRpcPool(options: RpcPoolOptions): RpcPool {
  const nowMs = options.nowMs ?? (() => performance.now());
  const members = options.nodes.map((node): Member => ({
    node,
    memory: { logRange: createLogRange(options.maxLogRange), readsByHash: true },
    isVerified: false,
    failures: 0,
    restsUntilMs: 0,
  }));

  async function runOn<T>(
    member: Member,
    sequence: (session: RpcSession) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const session = openSession(member, signal, options.onRequest);
    try {
      if (!member.isVerified) await options.verify(session);
      member.isVerified = true;
      const result = await sequence(session);
      member.failures = 0;
      return result;
    } catch (error) {
      throw noteFailure(member, RelayerError.from(error), { nowMs: nowMs(), wasStopped: signal.aborted });
    }
  }

  return {
    async run(sequence, signal) {
      const failures: RelayerError[] = [];
      for (const member of inOrder(members, nowMs())) {
        try {
          return await runOn(member, sequence, signal);
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
        members.map((member) => ({ host: member.node.host, run: () => runOn(member, sequence, signal) })),
        isEnough,
      ),

    verifyAll: (signal) =>
      Promise.all(
        members.map(async (member) => {
          member.isVerified = false;
          const error = await runOn(member, () => Promise.resolve(null), signal).catch((cause) =>
            RelayerError.from(cause),
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

/** Those that are not resting in the configured order, then those that are, soonest fit first: better than nobody. */
function inOrder(members: readonly Member[], nowMs: number): Member[] {
  const fit = members.filter((member) => member.restsUntilMs <= nowMs);
  const resting = members.filter((member) => member.restsUntilMs > nowMs);
  return [...fit, ...resting.sort((a, b) => a.restsUntilMs - b.restsUntilMs)];
}

function openSession(member: Member, signal: AbortSignal, onRequest: RpcPoolOptions["onRequest"]): RpcSession {
  return {
    host: member.node.host,
    memory: member.memory,
    async call(method, params, read) {
      try {
        const result = await member.node.request(method, params, signal, read);
        onRequest?.(method, "ok");
        return result;
      } catch (error) {
        onRequest?.(method, STATUS_OF[RelayerError.from(error).name] ?? "unavailable");
        throw error;
      }
    },
  };
}

const STATUS_OF: Readonly<Record<string, RequestStatus>> = {
  RPC_LIMITED: "limited",
  RPC_REFUSED: "refused",
  RPC_MALFORMED: "malformed",
};

/** A node that is away or overloaded rests. One that was away may come back as another: it is verified again. */
function noteFailure(member: Member, error: RelayerError, at: { nowMs: number; wasStopped: boolean }): RelayerError {
  const isAway = error.name === "RPC_UNAVAILABLE" || error.name === "RPC_LIMITED";
  if (!isAway || at.wasStopped) return error;
  if (error.name === "RPC_UNAVAILABLE") member.isVerified = false;
  member.failures += 1;
  member.restsUntilMs = at.nowMs + Math.min(FIRST_REST_MS * 2 ** (member.failures - 1), LONGEST_REST_MS);
  return error;
}
