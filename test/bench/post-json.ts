import { type Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

/** One JSON-RPC request with as little around it as can be; the parsed answer, unchecked. */
export async function postJson(
  connections: Agent,
  url: string,
  call: { readonly method: string; readonly params: readonly unknown[] },
): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, ...call });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = request(url, { method: "POST", agent: connections, headers }, resolve);
  sent.on("error", reject);
  sent.end(body);
  return JSON.parse(await text(await promise)) as unknown;
}
