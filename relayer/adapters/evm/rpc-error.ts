import { RelayerError } from "../../errors.ts";

/** Longest text of a node that goes into an error. */
const MAX_NODE_TEXT = 300;

/** What providers call "slow down": the code of EIP-1474, and the words of those that use other codes. */
const LIMIT_CODE = -32005;
const LIMIT_WORDS = /rate.?limit|too many requests|request limit|exceeded.*(quota|capacity|compute units)/i;

/** An answer that is an error, even under HTTP 200. */
export interface NodeError {
  readonly code: number;
  readonly message: string;
}

/** A node's error answer, with a code of ours. `RPC_REFUSED` leaves open why: callers that know more look at the facts. */
export function mapNodeError(host: string, method: string, { code, message }: NodeError): RelayerError {
  const isLimit = code === LIMIT_CODE || LIMIT_WORDS.test(message);
  const text = message.slice(0, MAX_NODE_TEXT);
  const facts = { host, method, nodeCode: code, nodeMessage: text };
  if (isLimit) return new RelayerError("RPC_LIMITED", `${host} refuses ${method} for now: ${text}`, facts);
  return new RelayerError("RPC_REFUSED", `${host} refused ${method}: ${text}`, facts);
}

export interface HttpRefusal {
  readonly status: number;
  /** The header of that name as it came, or null. */
  readonly retryAfter: string | null;
}

/** An HTTP status other than 200. Some nodes put the JSON-RPC error under it; that one is mapped before. */
export function mapHttpStatus(host: string, method: string, { status, retryAfter }: HttpRefusal): RelayerError {
  const facts = { host, method, httpStatus: status };
  if (status === 429) {
    const seconds = Number(retryAfter);
    // The other form of the header, a date, would have us trust a provider's clock: our own rests do.
    const asked = retryAfter !== null && seconds >= 0 ? { retryAfterMs: seconds * 1_000 } : {};
    return new RelayerError("RPC_LIMITED", `${host} answered ${method} with HTTP 429`, { ...facts, ...asked });
  }
  return new RelayerError("RPC_UNAVAILABLE", `${host} answered ${method} with HTTP ${status}`, facts);
}

/** Whether another node might do better: everything but a refusal that is about us, not about the node. */
export function isNodeFault(error: RelayerError): boolean {
  return NODE_FAULTS.has(error.name);
}

/** Whether a contract reverted: an answer, not a failure of the node. */
export function isRevert({ name, facts }: RelayerError): boolean {
  return name === "RPC_REFUSED" && (facts["nodeCode"] === 3 || /revert/i.test(String(facts["nodeMessage"])));
}

const NODE_FAULTS: ReadonlySet<string> = new Set([
  "RPC_UNAVAILABLE",
  "RPC_LIMITED",
  "RPC_REFUSED",
  "RPC_MALFORMED",
  "ENDPOINT_STRAYED",
  "BLOCK_MISSING",
  "BLOCK_REPLACED",
  "EVENTS_MISSING",
  "TX_REFUSED",
]);
