import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { z } from "zod";

import { RelayerError } from "../../errors.ts";
import { hostOf } from "../../redaction.ts";
import { type HttpRefusal, mapHttpStatus, mapNodeError } from "./rpc-error.ts";

/** A node that does not answer within this is treated as one that is away. */
export const REQUEST_TIMEOUT_MS = 3_000;
/** Connections to one node: the emergency lane must not queue behind a slow eth_getLogs. */
const MAX_SOCKETS = 16;
/** No answer that we ask for comes near this. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

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
  close(): void;
}

const Answer = z.union([
  z.object({ error: z.object({ code: z.number(), message: z.string() }) }),
  z.object({ result: z.unknown() }),
]);

/**
 * A node behind an HTTP URL. Written on `node:http` instead of a provider of ethers: bounds are ours (no 300 s timeout, no
 * retry of 429 in the dark), errors cannot carry the URL, and a request costs about half the processor time.
 */
export function createHttpNode(url: string, timeoutMs: number = REQUEST_TIMEOUT_MS): RpcNode {
  const target = new URL(url);
  const host = hostOf(url);
  const isTls = target.protocol === "https:";
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const agent = isTls ? new HttpsAgent(options) : new HttpAgent(options);
  const send = isTls ? httpsRequest : httpRequest;
  let lastId = 0;

  return {
    host,
    async request(method, params, signal, read) {
      lastId += 1;
      const body = JSON.stringify({ jsonrpc: "2.0", id: lastId, method, params });
      const bound = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      try {
        const response = await sendBody(send(target, { method: "POST", agent, headers, signal: bound }), body);
        const result = response.status === 200 ? read?.(response.body) : undefined;
        return result ?? readAnswer({ host, method, response });
      } catch (error) {
        throw mapTransportError(error, { host, method, wasStopped: signal.aborted, wasLate: bound.aborted });
      }
    },
    close: () => agent.destroy(),
  };
}

interface HttpResponse extends HttpRefusal {
  readonly body: Buffer;
}

function sendBody(request: ClientRequest, body: string): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => readBody(response).then(resolve, reject));
    request.end(body);
  });
}

async function readBody(response: IncomingMessage): Promise<HttpResponse> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES)
      throw new RelayerError("RPC_MALFORMED", "an answer is larger than any that is asked for", {
        reason: "too-large",
      });
    chunks.push(chunk);
  }
  const { statusCode = 0, headers } = response;
  return { status: statusCode, retryAfter: headers["retry-after"] ?? null, body: Buffer.concat(chunks) };
}

function readAnswer({ host, method, response }: { host: string; method: string; response: HttpResponse }): unknown {
  const answer = Answer.safeParse(parseJson(response.body.toString("utf8")));
  if (answer.success && "error" in answer.data) throw mapNodeError(host, method, answer.data.error);
  if (response.status !== 200) throw mapHttpStatus(host, method, response);
  if (answer.success && "result" in answer.data) return answer.data.result;
  throw new RelayerError("RPC_MALFORMED", `${host} answered ${method} with something that is not JSON-RPC`, {
    host,
    method,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

interface TransportFailure {
  readonly host: string;
  readonly method: string;
  readonly wasStopped: boolean;
  readonly wasLate: boolean;
}

function mapTransportError(error: unknown, { host, method, wasStopped, wasLate }: TransportFailure): RelayerError {
  if (error instanceof RelayerError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "no reason given";
  const reason = wasStopped ? "stopped" : wasLate ? "timeout" : code;
  return new RelayerError(
    "RPC_UNAVAILABLE",
    `${host} did not answer ${method} (${reason})`,
    { host, method, reason },
    error,
  );
}
