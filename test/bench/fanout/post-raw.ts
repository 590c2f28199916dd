import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

import { SetupError } from "../../../deployments/setup-error.ts";

/** Connections that stay open, so that none is opened while time is taken. */
export function createConnections(): Agent {
  return new Agent({ keepAlive: true });
}

/**
 * One `eth_sendRawTransaction` with as little around it as can be. Resolves when the node has answered.
 * @throws SetupError "fatal" when the node refuses.
 */
export async function postRaw(connections: Agent, url: string, raw: string): Promise<void> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_sendRawTransaction", params: [raw] });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = request(url, { method: "POST", agent: connections, headers }, resolve);
  sent.on("error", reject);
  sent.end(body);
  const answer = await text(await promise);
  if (!answer.includes('"error"')) return;
  throw new SetupError("fatal", `A chain of the bench refuses a transaction: ${answer}.`, {
    fix: "Look into the call.",
  });
}
