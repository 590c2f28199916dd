import { z } from "zod";

import type { LocalChain } from "../../../localnet/chains/start-chain.ts";
import { type RpcServer, startRpcServer } from "../../support/rpc-server.ts";

const Answer = z.object({
  result: z.unknown(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});
const Block = z.looseObject({ logsBloom: z.string() });
const NO_LOGS = `0x${"00".repeat(256)}`;

/** An endpoint of one chain that hides from its user what happens there, and contradicts itself nowhere. */
export interface LyingRpc {
  /** Where it listens, before `chain`. */
  urlFor(chain: LocalChain): string;
  /** From now on no event is shown, and the state stays what it is now. */
  lie(): Promise<void>;
  tellTheTruth(): void;
  close(): Promise<void>;
}

export async function startLyingRpc(): Promise<LyingRpc> {
  let target = "";
  /** The block whose state is shown instead of every later one; null while it tells the truth. */
  let frozenAt: string | null = null;
  const pass = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await fetch(target, { method: "POST", headers: { "content-type": "application/json" }, body });
    const { result, error } = Answer.parse(await response.json());
    if (error !== undefined) throw Object.assign(new RangeError(error.message), { code: error.code });
    return result;
  };
  const server: RpcServer = await startRpcServer(async ({ method, params }) => {
    if (frozenAt === null) return pass(method, params);
    if (method === "eth_getLogs") return [];
    if (method === "eth_call") return pass(method, [params[0], frozenAt]);
    const result = await pass(method, params);
    const block = Block.safeParse(result);
    return block.success ? { ...block.data, logsBloom: NO_LOGS } : result;
  });
  return {
    urlFor(chain) {
      target = chain.rpcUrl;
      return server.url;
    },
    async lie() {
      frozenAt = z.string().parse(await pass("eth_blockNumber", []));
    },
    tellTheTruth() {
      frozenAt = null;
    },
    close: () => server.close(),
  };
}
