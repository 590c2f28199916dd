import { RelayerError } from "../../errors.ts";
import type { RpcCall, RpcNode, RpcOutcome } from "./http-node.ts";
import type { LogRange } from "./log-range.ts";
import type { NodeHealth } from "./node-health.ts";

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

/** One node as a session needs it. */
export interface SessionNode {
  readonly node: RpcNode;
  readonly memory: NodeMemory;
  readonly health: NodeHealth;
}

interface Watching {
  readonly onRequest: ((method: string, status: RequestStatus) => void) | undefined;
  readonly nowMs: () => number;
}

/** Opens a session that tells how each request ended, and what it says of the node. */
export function openSession(member: SessionNode, signal: AbortSignal, { onRequest, nowMs }: Watching): RpcSession {
  const { node, memory, health } = member;
  const noteFailed = (method: string, error: unknown, askedMs: number): void => {
    const { name } = RelayerError.from(error);
    onRequest?.(method, STATUS_OF[name] ?? "unavailable");
    // What was called off says nothing of the node, and a refusal is an answer.
    if (!signal.aborted && name !== "RPC_REFUSED") health.noteAnswer(nowMs() - askedMs, false);
  };
  const noteAnswered = (method: string, askedMs: number): void => {
    onRequest?.(method, "ok");
    // How long logs take is a matter of how many there are.
    if (method !== "eth_getLogs") health.noteAnswer(nowMs() - askedMs, true);
  };
  const session: RpcSession = {
    host: node.host,
    memory,
    async call(method, params, read) {
      const askedMs = nowMs();
      try {
        const result = await node.request(method, params, signal, read);
        noteAnswered(method, askedMs);
        return result;
      } catch (error) {
        noteFailed(method, error, askedMs);
        throw error;
      }
    },
  };
  if (node.requestAll === undefined) return session;
  return {
    ...session,
    async callAll(calls) {
      const askedMs = nowMs();
      const outcomes = await node.requestAll?.(calls, signal);
      outcomes?.forEach((outcome, index) => {
        const { method = "" } = calls[index] ?? {};
        if ("error" in outcome) noteFailed(method, outcome.error, askedMs);
        else noteAnswered(method, askedMs);
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
