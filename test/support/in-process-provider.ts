import { JsonRpcProvider, Network, type JsonRpcPayload, type JsonRpcResult } from "ethers";
import { network } from "hardhat";

export type InProcessChain = "chain0" | "chain1" | "chain2";

/** Polling finds what was mined at once; nothing is remembered, for the head moves with every transaction. */
const OPTIONS = { batchMaxCount: 1, cacheTimeout: -1, pollingInterval: 5 };

/** An ethers provider whose chain runs inside this process, so that what expects a node's provider can be given one. */
export class InProcessProvider extends JsonRpcProvider {
  readonly #request: (method: string, params: unknown[]) => Promise<unknown>;
  readonly #close: () => Promise<void>;

  private constructor(connection: Connection, chainId: number) {
    const staticNetwork = Network.from(chainId);
    super("http://in-process.invalid", staticNetwork, { ...OPTIONS, staticNetwork });
    this.#request = (method, params) => connection.provider.request({ method, params });
    this.#close = () => connection.close();
  }

  static async create(chain: InProcessChain): Promise<InProcessProvider> {
    const connection = await network.create(chain);
    const chainId = Number(await connection.provider.request({ method: "eth_chainId" }));
    return new InProcessProvider(connection, chainId);
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    const payloads = Array.isArray(payload) ? payload : [payload];
    return Promise.all(payloads.map((single) => this.#answer(single)));
  }

  async close(): Promise<void> {
    this.destroy();
    await this.#close();
  }

  async #answer({ id, method, params }: JsonRpcPayload): Promise<JsonRpcResult> {
    try {
      return { id, result: await this.#request(method, Array.isArray(params) ? params : []) };
    } catch (error) {
      // The error is part of the answer, as it is over the wire; ethers tells a revert by its data.
      return { id, error: describeError(error) } as unknown as JsonRpcResult;
    }
  }
}

type Connection = Awaited<ReturnType<typeof network.create<InProcessChain>>>;

function describeError(error: unknown): { code: number; message: string; data?: unknown } {
  const { code, message, data } = error as { code?: number; message?: string; data?: unknown };
  return { code: code ?? -32_603, message: message ?? "unknown", data };
}
