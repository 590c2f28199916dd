import { Agent, request } from "node:http";

/** Connections that stay open, so that none is opened while time is taken. */
export function createConnections(): Agent {
  return new Agent({ keepAlive: true });
}

/** One `eth_sendRawTransaction` with as little around it as can be. Resolves when the node has answered. */
export function postRaw(connections: Agent, url: string, raw: string): Promise<void> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_sendRawTransaction", params: [raw] });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sent = request(url, { method: "POST", agent: connections, headers }, (response) => {
    response.resume();
    response.on("end", resolve);
    response.on("error", reject);
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}
