import { z } from "zod";

/** What a bad endpoint can do to those who ask it. */
export const ENDPOINT_FAULTS = {
  lag: "shows the chain as it was some blocks ago",
  "forge-head": "claims a head far ahead of the chain, of blocks that it cannot show",
  "forge-log": "shows an event that never happened, in a block that did",
  "hide-logs": "shows no events, and the truth otherwise",
  conceal: "shows no events and an unchanged state, and contradicts itself nowhere",
  limit: "answers everything with HTTP 429 and a Retry-After",
  hang: "takes every request and answers none",
  slow: "answers everything, late",
  error: "answers everything with an error under HTTP 200",
  "wrong-chain": "fails once, and then says that it serves another chain",
} as const satisfies Record<string, string>;

type FaultName = keyof typeof ENDPOINT_FAULTS;

/** A fault, and how much of it. */
export type EndpointFault =
  | (Named<"lag" | "forge-head"> & { readonly blocks: number })
  | (Named<"forge-log"> & { readonly log: ForgedLog })
  | (Named<"limit"> & { readonly retryAfterSeconds: number })
  | (Named<"slow"> & { readonly ms: number })
  | Named<"hide-logs" | "conceal" | "hang" | "error" | "wrong-chain">;

interface Named<Name extends FaultName> {
  readonly name: Name;
}

/** The event that is shown, and in which block. */
export interface ForgedLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: number;
}

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Asks the chain itself. Rejects with a {@link NodeRefusal} where the chain answers with an error. */
export type Ask = (call: RpcCall) => Promise<unknown>;

/** An error in JSON-RPC, of the chain or made up. */
export class NodeRefusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Answers one call wrongly: by a result, or by throwing a {@link NodeRefusal}. */
export type Liar = (call: RpcCall) => Promise<unknown>;

const INTERNAL_ERROR = -32_603;
const SERVER_ERROR = -32_000;
const OTHER_CHAIN = "0x539";
const NO_LOGS_BLOOM = `0x${"00".repeat(256)}`;
const UNKNOWN_HASH = `0x${"f0".repeat(32)}`;

const Block = z.looseObject({ number: z.string(), hash: z.string() });
const Logs = z.array(z.looseObject({ blockNumber: z.string() }));
const Filter = z.looseObject({ fromBlock: z.string().optional(), toBlock: z.string().optional() });
const Address = z.string().toLowerCase();

/**
 * What `fault` makes of the answers of the chain behind `ask`, from now on. Null for faults that are not about what is
 * answered but about when, or over HTTP.
 */
export async function createLiar(fault: EndpointFault, ask: Ask): Promise<Liar | null> {
  switch (fault.name) {
    case "lag":
      return lag(fault.blocks, ask);
    case "forge-head":
      return forgeHead(fault.blocks, ask);
    case "forge-log":
      return forgeLog(fault.log, ask);
    case "hide-logs":
      return (call) => (call.method === "eth_getLogs" ? Promise.resolve([]) : ask(call));
    case "conceal":
      return conceal(String(await ask({ method: "eth_blockNumber", params: [] })), ask);
    case "error":
      return () => Promise.reject(new NodeRefusal(INTERNAL_ERROR, "internal error"));
    case "wrong-chain":
      return (call) => (call.method === "eth_chainId" ? Promise.resolve(OTHER_CHAIN) : ask(call));
    default:
      return null;
  }
}

/** Of the chain as it was: nothing of the last `blocks` blocks is there yet. What is sent to it, it passes on. */
function lag(blocks: number, ask: Ask): Liar {
  const behind = (block: string) => toHex(Math.max(0, Number(block) - blocks));
  const headOf = async (tag: string) => {
    const block = Block.parse(await ask({ method: "eth_getBlockByNumber", params: [tag, false] }));
    return behind(block.number);
  };
  const place = async (at: unknown): Promise<unknown> => (isTag(at) ? headOf(tagOf(at)) : at);
  return async ({ method, params }) => {
    const head = await headOf("latest");
    const isAhead = (at: unknown) => typeof at === "string" && at.startsWith("0x") && Number(at) > Number(head);
    switch (method) {
      case "eth_blockNumber":
        return head;
      case "eth_getBlockByNumber": {
        const at = await place(params[0]);
        return isAhead(at) ? null : ask({ method, params: [at, ...params.slice(1)] });
      }
      case "eth_getLogs":
        return keepLogs(await ask({ method, params }), (block) => block <= Number(head));
      case "eth_call":
      case "eth_getTransactionCount":
      case "eth_getBalance": {
        const at = await place(params[1] ?? "latest");
        if (isAhead(at) || (await isHidden(at, { head, ask }))) throw new NodeRefusal(SERVER_ERROR, "header not found");
        return ask({ method, params: [params[0], at] });
      }
      case "eth_getTransactionReceipt": {
        const receipt = z.looseObject({ blockNumber: z.string() }).safeParse(await ask({ method, params }));
        return receipt.success && !isAhead(receipt.data.blockNumber) ? receipt.data : null;
      }
      default:
        return ask({ method, params });
    }
  };
}

/** Whether a state is asked for by the hash of a block that the endpoint does not have yet. */
async function isHidden(at: unknown, { head, ask }: { head: string; ask: Ask }): Promise<boolean> {
  const named = z.looseObject({ blockHash: z.string() }).safeParse(at);
  if (!named.success) return false;
  const block = Block.safeParse(await ask({ method: "eth_getBlockByHash", params: [named.data.blockHash, false] }));
  return block.success && Number(block.data.number) > Number(head);
}

function forgeHead(blocks: number, ask: Ask): Liar {
  return async (call) => {
    const answer = await ask(call);
    if (call.method === "eth_blockNumber") return toHex(Number(answer) + blocks);
    if (call.method !== "eth_getBlockByNumber" || call.params[0] !== "latest") return answer;
    const block = Block.parse(answer);
    const forged = { number: toHex(Number(block.number) + blocks), hash: UNKNOWN_HASH, parentHash: UNKNOWN_HASH };
    return { ...block, ...forged };
  };
}

function forgeLog(log: ForgedLog, ask: Ask): Liar {
  return async (call) => {
    const answer = await ask(call);
    if (call.method !== "eth_getLogs") return answer;
    const filter = Filter.and(z.object({ address: Address })).parse(call.params[0]);
    const { fromBlock = "0x0", toBlock = "0x0" } = filter;
    const isAskedFor = log.blockNumber >= Number(fromBlock) && log.blockNumber <= Number(toBlock);
    if (!isAskedFor || filter.address !== log.address.toLowerCase()) return answer;
    const at = { method: "eth_getBlockByNumber", params: [toHex(log.blockNumber), false] };
    const { hash } = Block.parse(await ask(at));
    const shown = {
      ...log,
      blockNumber: toHex(log.blockNumber),
      blockHash: hash,
      transactionHash: UNKNOWN_HASH,
      transactionIndex: "0x0",
      logIndex: "0x0",
      removed: false,
    };
    return [...Logs.parse(answer), shown];
  };
}

/** Whatever block is asked for, its state is that of `frozenAt`, and its header speaks of no logs. */
function conceal(frozenAt: string, ask: Ask): Liar {
  return async (call) => {
    if (call.method === "eth_getLogs") return [];
    if (call.method === "eth_call") return ask({ ...call, params: [call.params[0], frozenAt] });
    const answer = await ask(call);
    const block = Block.extend({ logsBloom: z.string() }).safeParse(answer);
    return block.success ? { ...block.data, logsBloom: NO_LOGS_BLOOM } : answer;
  };
}

function keepLogs(answer: unknown, isKept: (block: number) => boolean): unknown {
  return Logs.parse(answer).filter(({ blockNumber }) => isKept(Number(blockNumber)));
}

function isTag(at: unknown): boolean {
  return typeof at === "string" && !at.startsWith("0x");
}

/** A node that lags has nothing pending that it could know of. */
function tagOf(at: unknown): string {
  return at === "pending" ? "latest" : String(at);
}

function toHex(value: number): string {
  return `0x${value.toString(16)}`;
}
