import type { RpcNode } from "../../relayer/adapters/evm/http-node.ts";
import { createLogRange } from "../../relayer/adapters/evm/log-range.ts";
import type { RpcSession } from "../../relayer/adapters/evm/rpc-pool.ts";
import { RelayerError } from "../../relayer/errors.ts";

export interface ScriptedCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A node whose every answer the test decides. What the script throws is what the request fails with. */
export class ScriptedNode implements RpcNode {
  readonly host: string;
  readonly calls: ScriptedCall[] = [];
  isClosed = false;
  /** Decides all further answers. */
  answer: (call: ScriptedCall) => unknown;

  constructor(host: string, answer: (call: ScriptedCall) => unknown) {
    this.host = host;
    this.answer = answer;
  }

  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    this.calls.push({ method, params });
    return await this.answer({ method, params });
  }

  close(): void {
    this.isClosed = true;
  }

  /** How often each method was asked, in the order in which they first were. */
  get methods(): readonly string[] {
    return this.calls.map(({ method }) => method);
  }
}

/** A session with `node`, as a pool would open it. */
export function sessionWith(node: ScriptedNode, logRange = 2_000): RpcSession {
  return {
    host: node.host,
    memory: { logRange: createLogRange(logRange), readsByHash: true, takesBatches: true },
    call: (method, params) => node.request(method, params),
  };
}

/** A node's refusal in JSON-RPC, as `http-node` reports it. */
export function refusal(message: string, code = -32_000): RelayerError {
  return new RelayerError("RPC_REFUSED", message, { host: "scripted", nodeCode: code, nodeMessage: message });
}

export function outage(): RelayerError {
  return new RelayerError("RPC_UNAVAILABLE", "no answer");
}
