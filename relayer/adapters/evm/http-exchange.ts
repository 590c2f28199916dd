import { type Dispatcher, Pool } from "undici";

import { RelayerError } from "../../errors.ts";
import type { HttpRefusal } from "./rpc-error.ts";

/** Connections to one node: the emergency lane must not queue behind a slow eth_getLogs. */
const MAX_CONNECTIONS = 16;
/** How long a connection that nobody uses is kept: longer than from one head to the next on slow chains. */
const KEEP_ALIVE_MS = 60_000;
/** No answer that we ask for comes near this. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

/** An answer as it came, whatever its status. */
export interface HttpResponse extends HttpRefusal {
  readonly body: Buffer;
}

export interface HttpExchange {
  /**
   * One POST of `body`, and everything that is answered. Rejects when the connection fails, the answer is larger than any
   * that is asked for, `signal` aborts, or `timeoutMs` have passed.
   */
  post(body: string, signal: AbortSignal): Promise<HttpResponse>;
  close(): void;
}

/** Why an exchange ended before its answer, where that was ours. */
export class ExchangeEnded extends Error {
  readonly reason: "stopped" | "timeout";

  constructor(reason: "stopped" | "timeout") {
    super(`the request was ended: ${reason}`);
    this.reason = reason;
  }
}

/**
 * JSON by POST to one URL, over connections that are kept. By the dispatcher of undici, and not by `node:http` or `fetch`:
 * a request to a node on the same machine takes half and a third of the time, and its bounds are those given here alone.
 */
export function createHttpExchange(target: URL, timeoutMs: number): HttpExchange {
  const pool = new Pool(target.origin, {
    connections: MAX_CONNECTIONS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { timeout: timeoutMs },
    // One bound for the whole exchange, below.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const headers = { "content-type": "application/json", ...authorizationOf(target) };
  const request = { path: `${target.pathname}${target.search}`, method: "POST", headers } as const;
  return {
    post(body, signal) {
      const answer = collectAnswer();
      const stop = (): void => answer.end(new ExchangeEnded("stopped"));
      if (signal.aborted) stop();
      const timer = setTimeout(() => answer.end(new ExchangeEnded("timeout")), timeoutMs);
      signal.addEventListener("abort", stop, { once: true });
      pool.dispatch({ ...request, body }, answer.handler);
      return answer.promise.finally(() => {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
      });
    },
    close: () => void pool.destroy(),
  };
}

/** What `node:http` does with the user and the password of a URL. */
function authorizationOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === "" && password === "") return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

interface Answer {
  readonly promise: Promise<HttpResponse>;
  readonly handler: Dispatcher.DispatchHandler;
  /** Ends the exchange with `reason`, wherever it is: nothing more is read. Nothing happens once it has ended. */
  end(reason: Error): void;
}

/** In one piece: iterating over the pieces of an answer of megabytes costs more than copying them. */
function collectAnswer(): Answer {
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const chunks: Buffer[] = [];
  let size = 0;
  let status = 0;
  let retryAfter: string | null = null;
  let controller: Dispatcher.DispatchController | null = null;
  let ended: Error | null = null;

  const end = (reason: Error): void => {
    ended ??= reason;
    reject(ended);
    controller?.abort(ended);
  };
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (ended !== null) controller.abort(ended);
    },
    onResponseStart(_, statusCode, headers) {
      status = statusCode;
      const after = headers["retry-after"];
      retryAfter = typeof after === "string" ? after : null;
    },
    onResponseData(_, chunk) {
      size += chunk.length;
      if (size <= MAX_RESPONSE_BYTES) chunks.push(chunk);
      else end(tooLarge());
    },
    onResponseEnd: () => resolve({ status, retryAfter, body: Buffer.concat(chunks, size) }),
    onResponseError: (_, error) => reject(error),
  };
  return { promise, handler, end };
}

function tooLarge(): RelayerError {
  const text = "an answer is larger than any that is asked for";
  return new RelayerError("RPC_MALFORMED", text, { reason: "too-large" });
}
