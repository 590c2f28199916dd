import { z } from "zod";

import { RelayerError } from "../../errors.ts";
import { hostOf } from "../../redaction.ts";
import { ExchangeEnded, type HttpResponse, createHttpExchange } from "./http-exchange.ts";
import { mapHttpStatus, mapNodeError } from "./rpc-error.ts";

/** A node that does not answer within this is treated as one that is away. */
export const REQUEST_TIMEOUT_MS = 3_000;

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What came of one request of a batch. */
export type RpcOutcome = { readonly result: unknown } | { readonly error: RelayerError };

/** One node of a chain: sends one JSON-RPC request at a time over one URL. Retries nothing. */
export interface RpcNode {
  /** Host and port, all that is ever shown of the URL. */
  readonly host: string;
  /**
   * The `result` of the answer, or what `read` makes of the whole answer as it came, where it makes something of it.
   *
   * @throws RelayerError `RPC_UNAVAILABLE`, `RPC_LIMITED`, `RPC_REFUSED`, `RPC_MALFORMED`
   */
  request(
    method: string,
    params: readonly unknown[],
    signal: AbortSignal,
    read?: (answer: Uint8Array) => unknown,
  ): Promise<unknown>;
  /**
   * Several requests as one batch: each outcome in its place. Absent where batches cannot be sent.
   *
   * @throws RelayerError as {@link request}, when the node does not answer the batch as one
   */
  requestAll?(calls: readonly RpcCall[], signal: AbortSignal): Promise<readonly RpcOutcome[]>;
  close(): void;
}

const Answer = z.union([
  z.object({ error: z.object({ code: z.number(), message: z.string() }) }),
  z.object({ result: z.unknown() }),
]);

/**
 * A node behind an HTTP URL. Not a provider of ethers: bounds are ours (no 300 s timeout, no retry of 429 in the dark),
 * errors cannot carry the URL, and a request costs a fraction of the processor time.
 */
export function createHttpNode(url: string, timeoutMs: number = REQUEST_TIMEOUT_MS): RpcNode {
  const host = hostOf(url);
  const exchange = createHttpExchange(new URL(url), timeoutMs);
  let lastId = 0;

  const envelope = ({ method, params }: RpcCall) => {
    lastId += 1;
    return { jsonrpc: "2.0", id: lastId, method, params };
  };

  async function post<T>(
    message: object,
    { method, signal, read }: { method: string; signal: AbortSignal; read: (response: HttpResponse) => T },
  ): Promise<T> {
    try {
      return read(await exchange.post(JSON.stringify(message), signal));
    } catch (error) {
      throw mapTransportError(error, { host, method });
    }
  }

  return {
    host,
    request(method, params, signal, read) {
      const readWhole = (response: HttpResponse) =>
        (response.status === 200 ? read?.(response.body) : undefined) ?? readAnswer({ host, method, response });
      return post(envelope({ method, params }), { method, signal, read: readWhole });
    },
    requestAll(calls, signal) {
      const messages = calls.map(envelope);
      const method = calls.map((call) => call.method).join("+");
      const read = (response: HttpResponse) => readAnswers({ host, method, response }, messages);
      return post(messages, { method, signal, read });
    },
    close: () => exchange.close(),
  };
}

interface Answered {
  readonly host: string;
  readonly method: string;
  readonly response: HttpResponse;
}

function readAnswer(answered: Answered): unknown {
  return resultOf(parseJson(answered.response.body), answered);
}

/** By their numbers: a node may answer a batch in any order. What is no list is an answer to the batch as a whole. */
function readAnswers(
  answered: Answered,
  asked: readonly { readonly id: number; readonly method: string }[],
): readonly RpcOutcome[] {
  const answers = parseJson(answered.response.body);
  if (!Array.isArray(answers)) {
    resultOf(answers, answered);
    throw malformed(answered);
  }
  const byId = new Map(answers.map((answer: unknown) => [(answer as { id?: unknown } | null)?.id, answer]));
  return asked.map(({ id, method }) => {
    try {
      return { result: resultOf(byId.get(id), { ...answered, method }) };
    } catch (error) {
      return { error: RelayerError.from(error) };
    }
  });
}

function resultOf(raw: unknown, { host, method, response }: Answered): unknown {
  const answer = Answer.safeParse(raw);
  if (answer.success && "error" in answer.data) throw mapNodeError(host, method, answer.data.error);
  if (response.status !== 200) throw mapHttpStatus(host, method, response);
  if (answer.success && "result" in answer.data) return answer.data.result;
  throw malformed({ host, method });
}

function malformed({ host, method }: { host: string; method: string }): RelayerError {
  const text = `${host} answered ${method} with something that is not JSON-RPC`;
  return new RelayerError("RPC_MALFORMED", text, { host, method });
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

function mapTransportError(error: unknown, { host, method }: { host: string; method: string }): RelayerError {
  if (error instanceof RelayerError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "no reason given";
  const reason = error instanceof ExchangeEnded ? error.reason : code;
  return new RelayerError(
    "RPC_UNAVAILABLE",
    `${host} did not answer ${method} (${reason})`,
    { host, method, reason },
    error,
  );
}
