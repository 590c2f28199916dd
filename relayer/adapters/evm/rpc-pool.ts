import { RelayerError } from "../../errors.ts";
import type { EndpointHealth } from "../../ports/chain.ts";
import type { RangeHints } from "../../ports/range-hints.ts";
import type { RpcNode } from "./http-node.ts";
import { createLogRange, type LogRange } from "./log-range.ts";
import { type NodeHealth, createNodeHealth, orderByHealth } from "./node-health.ts";
import { isNodeFault } from "./rpc-error.ts";
import { type RequestStatus, type RpcSession, type SessionNode, openSession } from "./rpc-session.ts";

export type { RequestStatus, RpcSession } from "./rpc-session.ts";

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

  /**
   * Runs `sequence` against several nodes at once and resolves with the first that succeeds: for what every node may do
   * as well, and any of them is enough. The others go on behind it. Where all of them fail the rest is tried in order.
   *
   * @throws RelayerError of the most preferred node that failed
   */
  spread<T>(sequence: Sequence<T>, signal: AbortSignal): Promise<T>;

  /** Every node by host, in the configured order, as it stands now. */
  endpoints(): readonly EndpointHealth[];

  /** Verifies every node now. The outcome by host, in order: null where all is well. */
  verifyAll(signal: AbortSignal): Promise<readonly { readonly host: string; readonly error: RelayerError | null }[]>;

  close(): void;
}

/** What one node made of a sequence. */
export interface PollOutcome<T> {
  readonly host: string;
  readonly result: T | null;
}

/** Nodes that are handed the same at once, at the most. */
export const SPREAD_MAX = 3;

interface Run {
  readonly signal: AbortSignal;
  /** Whether the configuration itself is on trial: what serves another chain is then its fault. */
  readonly isConfigured?: boolean;
}

interface Member extends SessionNode {
  isVerified: boolean;
  /** Failures after which it may be another: what was proven before the latest says nothing any more. */
  absences: number;
}

export function createRpcPool(options: RpcPoolOptions): RpcPool {
  const nowMs = options.nowMs ?? (() => performance.now());
  const members = options.nodes.map((node): Member => ({
    node,
    memory: { logRange: createRangeOf(node.host, options), readsByHash: true, takesBatches: true },
    health: createNodeHealth(),
    isVerified: false,
    absences: 0,
  }));
  const runOn = createRunner(options, nowMs);
  const inOrder = () => orderByHealth(members, nowMs());
  return {
    run: (sequence, signal) => runInOrder(inOrder(), { runOn, sequence, signal }),

    spread: (sequence, signal) => spread(inOrder(), { runOn, sequence, signal }),

    endpoints: () => members.map(({ node, health }) => describeHealth(node.host, health, nowMs())),

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

type RunOn = <T>(member: Member, sequence: Sequence<T>, run: Run) => Promise<T>;

/** Runs a sequence on one node, verified before, and keeps account of how that went. */
function createRunner(options: RpcPoolOptions, nowMs: () => number): RunOn {
  /** Once a node has proven what the configuration says, a node that serves something else is at fault, not the configuration. */
  let isProven = false;

  async function verify(member: Member, session: RpcSession, isConfigured: boolean): Promise<void> {
    if (member.isVerified) return;
    const { absences } = member;
    try {
      await options.verify(session);
    } catch (error) {
      const failure = RelayerError.from(error);
      throw isProven && !isConfigured && failure.fate === "halt" ? strayed(failure) : failure;
    }
    // It may have gone while others asked it, and what was asked first was answered before that.
    member.isVerified = member.absences === absences;
    isProven = true;
  }

  async function runOn<T>(member: Member, sequence: Sequence<T>, { signal, isConfigured = false }: Run): Promise<T> {
    const session = openSession(member, signal, { onRequest: options.onRequest, nowMs });
    try {
      await verify(member, session, isConfigured);
      const result = await sequence(session, member.health);
      member.health.succeed();
      return result;
    } catch (error) {
      const failure = RelayerError.from(error);
      // One that was away may come back as another: it is verified again.
      const isAway = !signal.aborted && member.health.fail(failure, nowMs());
      if (isAway && failure.name !== "RPC_LIMITED") {
        member.isVerified = false;
        member.absences += 1;
      }
      throw failure;
    }
  }
  return runOn;
}

interface Running<T> {
  readonly runOn: RunOn;
  readonly sequence: Sequence<T>;
  readonly signal: AbortSignal;
}

/** One after the other, until one succeeds or the fault is not a node's. */
async function runInOrder<T>(of: readonly Member[], { runOn, sequence, signal }: Running<T>): Promise<T> {
  const failures: RelayerError[] = [];
  for (const member of of) {
    try {
      return await runOn(member, sequence, { signal });
    } catch (error) {
      const failure = RelayerError.from(error);
      if (!isNodeFault(failure) || signal.aborted) throw failure;
      failures.push(failure);
    }
  }
  throw failures[0] ?? new RelayerError("RPC_UNAVAILABLE", "no node is configured");
}

async function spread<T>(ordered: readonly Member[], running: Running<T>): Promise<T> {
  const { runOn, sequence, signal } = running;
  // The caller has what it wants with the first: that must not call the others off.
  const followed = follow(signal);
  const chosen = ordered.slice(0, SPREAD_MAX);
  try {
    return await Promise.any(chosen.map((member) => runOn(member, sequence, { signal: followed.signal })));
  } catch (error) {
    const [first] = (error as AggregateError).errors.map((each) => RelayerError.from(each));
    const rest = ordered.slice(SPREAD_MAX);
    if (first === undefined || !isNodeFault(first) || signal.aborted || rest.length === 0) {
      throw first ?? new RelayerError("RPC_UNAVAILABLE", "no node is configured");
    }
    return await runInOrder(rest, running).catch(() => {
      throw first;
    });
  } finally {
    followed.letGo();
  }
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

function describeHealth(host: string, health: NodeHealth, nowMs: number): EndpointHealth {
  const { latencyMs, errorRate, score, isDoubted, restsUntilMs } = health;
  return { host, score, latencyMs, errorRate, isDoubted, isResting: restsUntilMs > nowMs };
}

/** Aborts with `signal` until it is let go. Every request has a time limit of its own. */
function follow(signal: AbortSignal): { readonly signal: AbortSignal; letGo(): void } {
  const own = new AbortController();
  const abort = (): void => own.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return { signal: own.signal, letGo: () => signal.removeEventListener("abort", abort) };
}
