import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

import { type Ask, type EndpointFault, type Liar, NodeRefusal, type RpcCall, createLiar } from "./endpoint-faults.ts";

/** An endpoint before a chain's own: tells the truth until it is told otherwise. */
export interface FaultyEndpoint {
  readonly url: string;
  /** Every call so far, in the order in which they came, whatever was answered. */
  readonly calls: readonly RpcCall[];
  /** What it does from now on; null: nothing wrong. What hangs already goes on hanging. */
  setFault(fault: EndpointFault | null): Promise<void>;
  close(): Promise<void>;
}

const Call = z.object({ id: z.union([z.number(), z.string()]), method: z.string(), params: z.array(z.unknown()) });
const Answer = z.union([
  z.object({ error: z.object({ code: z.number(), message: z.string() }) }),
  z.object({ result: z.unknown() }),
]);

const HOST = "127.0.0.1";
const TOO_MANY_REQUESTS = 429;
const BAD_GATEWAY = 502;
/** A chain that is down or hangs is one for who asks through here as well. */
const PATIENCE_MS = 15_000;

/** Listens on a free port. Takes one call a request, as the relayer sends them. */
export async function startFaultyEndpoint(target: string): Promise<FaultyEndpoint> {
  const calls: RpcCall[] = [];
  const ask = createAsk(target);
  let fault: EndpointFault | null = null;
  let liar: Liar | null = null;
  /** Who was answered once does not ask again which chain it is, unless the endpoint was away in between. */
  let isAway = false;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { id, method, params } = Call.parse(JSON.parse(await readText(request)));
    calls.push({ method, params });
    if (isAway) {
      isAway = false;
      return void response.writeHead(BAD_GATEWAY).end();
    }
    if (fault?.name === "hang") return;
    if (fault?.name === "slow") await sleep(fault.ms);
    if (fault?.name === "limit") {
      response.writeHead(TOO_MANY_REQUESTS, { "retry-after": String(fault.retryAfterSeconds) });
      return void response.end("slow down");
    }
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ jsonrpc: "2.0", id, ...(await answerOf(liar ?? ask, { method, params })) }));
  };
  const server = createServer((request, response) => {
    // The chain behind is away, or what came is no call: said as a gateway says it.
    serve(request, response).catch(() => response.writeHead(BAD_GATEWAY).end());
  });
  server.listen(0, HOST);
  await once(server, "listening");
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    calls,
    async setFault(next) {
      liar = next === null ? null : await createLiar(next, ask);
      fault = next;
      isAway = next?.name === "wrong-chain";
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createAsk(target: string): Ask {
  return async ({ method, params }) => {
    const response = await fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer = Answer.parse(await response.json());
    if ("error" in answer) throw new NodeRefusal(answer.error.code, answer.error.message);
    return answer.result;
  };
}

async function answerOf(answer: Ask, call: RpcCall): Promise<object> {
  try {
    return { result: (await answer(call)) ?? null };
  } catch (error) {
    if (!(error instanceof NodeRefusal)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
