import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
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
  /** Decides all further answers. */
  answer: (request: RpcRequest) => unknown;
  close(): Promise<void>;
}

export async function startRpcServer(answer: RpcServer["answer"]): Promise<RpcServer> {
  const requests: RpcRequest[] = [];
  const server = createServer((request, response) => {
    void readJson(request).then(async ({ id, method, params }) => {
      requests.push({ method, params });
      try {
        write(response, id, await self.answer({ method, params }));
      } catch (error) {
        const { code = -32_603, message } = error as { code?: number; message: string };
        write(response, id, { odd: "error", code, message });
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const self: RpcServer = {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
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

async function readJson(request: IncomingMessage): Promise<RpcRequest & { id: number }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as RpcRequest & { id: number };
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

function isOdd(answer: unknown): answer is OddAnswer {
  return typeof answer === "object" && answer !== null && "odd" in answer;
}
