import { RelayerError } from "../../errors.ts";
import type { RpcCall } from "./http-node.ts";
import type { RpcSession } from "./rpc-pool.ts";

interface Pending extends RpcCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * `session`, but that what is called in one turn of the event loop goes out as one batch: one request costs a third of
 * three. A node that does not take batches is asked one by one, and not tried again.
 */
export function batched(session: RpcSession): RpcSession {
  let pending: Pending[] = [];
  const flush = (): void => {
    const calls = pending;
    pending = [];
    void (calls.length === 1 ? callEach(session, calls) : callTogether(session, calls));
  };
  return {
    ...session,
    call(method, params) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      if (pending.length === 0) queueMicrotask(flush);
      pending.push({ method, params, resolve, reject });
      return promise;
    },
  };
}

async function callTogether(session: RpcSession, calls: readonly Pending[]): Promise<void> {
  const { callAll, memory } = session;
  if (callAll === undefined || !memory.takesBatches) return callEach(session, calls);
  try {
    const outcomes = await callAll(calls);
    for (const [index, { resolve, reject }] of calls.entries()) {
      const outcome = outcomes[index];
      if (outcome !== undefined && "result" in outcome) resolve(outcome.result);
      else reject(outcome?.error);
    }
  } catch (error) {
    if (isAway(RelayerError.from(error))) return calls.forEach(({ reject }) => reject(error));
    memory.takesBatches = false;
    return callEach(session, calls);
  }
}

async function callEach(session: RpcSession, calls: readonly Pending[]): Promise<void> {
  await Promise.all(
    calls.map(({ method, params, resolve, reject }) => session.call(method, params).then(resolve, reject)),
  );
}

/** Whether the node would not have answered anything: an HTTP status, a refusal, or garbage may be about the batch. */
function isAway({ name, facts }: RelayerError): boolean {
  return name === "RPC_LIMITED" || (name === "RPC_UNAVAILABLE" && !("httpStatus" in facts));
}
