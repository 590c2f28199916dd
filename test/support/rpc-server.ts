import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as a node receives it. */
export interface RpcRequest {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** An answer that is no result: an error in JSON-RPC, something else over HTTP, or silence. */
export type OddAnswer =
  | { readonly odd: "error"; readonly code: number; readonly message: string }
  | { readonly odd: "http"; readonly status: number; readonly text: string }
  | { readonly odd: "hang" };

/** A node over HTTP whose every answer the test decides. */
export interface RpcServer {
  readonly port: number;
  readonly url: string;
  readonly requests: readonly RpcRequest[];
  /** Of every HTTP request. */
  readonly headers: readonly IncomingHttpHeaders[];
  /** How many requests came in each batch. */
  readonly batches: readonly number[];
  /** What every batch is answered as a whole; null: each of its requests by itself. */
  batchAnswer: OddAnswer | null;
  /** Decides all further answers. */
  answer: (request: RpcRequest) => unknown;
  close(): Promise<void>;
}

export async function startRpcServer(answer: RpcServer["answer"]): Promise<RpcServer> {
  const requests: RpcRequest[] = [];
  const batches: number[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    void readJson(request).then(async (asked) => {
      if (isBatch(asked)) return void (await serveBatch(response, asked));
      const { id, method, params } = asked;
      requests.push({ method, params });
      try {
        write(response, id, await self.answer({ method, params }));
      } catch (error) {
        const { code = -32_603, message } = error as { code?: number; message: string };
        write(response, id, { odd: "error", code, message });
      }
    });
  });
  /** In the opposite order, as a node may. */
  async function serveBatch(response: ServerResponse, asked: readonly Envelope[]): Promise<void> {
    batches.push(asked.length);
    if (self.batchAnswer !== null) return writeOdd(response, 0, self.batchAnswer);
    const answers = await Promise.all(
      asked.map(async ({ id, method, params }) => {
        requests.push({ method, params });
        const result = await self.answer({ method, params });
        if (!isOdd(result)) return { jsonrpc: "2.0", id, result: result ?? null };
        return { jsonrpc: "2.0", id, error: result };
      }),
    );
    response.end(JSON.stringify(answers.reverse()));
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const self: RpcServer = {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    headers,
    batches,
    batchAnswer: null,
    answer,
    async close() {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return self;
}

type Envelope = RpcRequest & { readonly id: number };

async function readJson(request: IncomingMessage): Promise<Envelope | readonly Envelope[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Envelope | readonly Envelope[];
}

function write(response: ServerResponse, id: number, answer: unknown): void {
  if (isOdd(answer)) return writeOdd(response, id, answer);
  response.end(JSON.stringify({ jsonrpc: "2.0", id, result: answer ?? null }));
}

function writeOdd(response: ServerResponse, id: number, answer: OddAnswer): void {
  if (answer.odd === "hang") return;
  if (answer.odd === "http") return void response.writeHead(answer.status).end(answer.text);
  const { code, message } = answer;
  response.end(JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } }));
}

function isBatch(asked: Envelope | readonly Envelope[]): asked is readonly Envelope[] {
  return Array.isArray(asked);
}

function isOdd(answer: unknown): answer is OddAnswer {
  return typeof answer === "object" && answer !== null && "odd" in answer;
}
