import { JsonRpcProvider, Network, toQuantity, type JsonRpcPayload, type JsonRpcResult } from "ethers";
import { network } from "hardhat";

export type InProcessChain = "chain0" | "chain1" | "chain2";

/** Polling finds what was mined at once; nothing is remembered, for the head moves with every transaction. */
const OPTIONS = { batchMaxCount: 1, cacheTimeout: -1, pollingInterval: 5 };

/**
 * An ethers provider whose chain runs inside this process, so that what expects a node's provider can be given one.
 * The chain has a clock of its own: each transaction is mined at once, one second after the one before.
 */
export class InProcessProvider extends JsonRpcProvider {
  readonly #request: (method: string, params: unknown[]) => Promise<unknown>;
  readonly #close: () => Promise<void>;
  #time: number;
  #sending: Promise<unknown> = Promise.resolve();

  private constructor(connection: Connection, chainId: number, startSeconds: number) {
    const staticNetwork = Network.from(chainId);
    super("http://in-process.invalid", staticNetwork, { ...OPTIONS, staticNetwork });
    this.#request = (method, params) => connection.provider.request({ method, params });
    this.#close = () => connection.close();
    this.#time = startSeconds;
  }

  /** @param startSeconds Timestamp before the first block, in unix seconds; later than now. */
  static async create(chain: InProcessChain, startSeconds: number): Promise<InProcessProvider> {
    const connection = await network.create(chain);
    const chainId = Number(await connection.provider.request({ method: "eth_chainId" }));
    return new InProcessProvider(connection, chainId, startSeconds);
  }

  /** The next block is stamped `seconds`, which is later than the head. */
  setNextBlockTime(seconds: number): void {
    this.#time = seconds - 1;
  }

  /** @returns what takes the chain and its clock back to where they are now. */
  async remember(): Promise<() => Promise<void>> {
    const [snapshot, time] = [await this.send("evm_snapshot", []), this.#time];
    return async () => {
      await this.send("evm_revert", [snapshot]);
      this.#time = time;
    };
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
    const positional = Array.isArray(params) ? params : [];
    try {
      const isSending = method === "eth_sendRawTransaction";
      return { id, result: await (isSending ? this.#mine(positional) : this.#request(method, positional)) };
    } catch (error) {
      // The error is part of the answer, as it is over the wire; ethers tells a revert by its data.
      return { id, error: describeError(error) } as unknown as JsonRpcResult;
    }
  }

  /** One at a time, so that each gets the second that was set for it. */
  #mine(params: unknown[]): Promise<unknown> {
    const mined = this.#sending.then(async () => {
      this.#time += 1;
      await this.#request("evm_setNextBlockTimestamp", [toQuantity(this.#time)]);
      return this.#request("eth_sendRawTransaction", params);
    });
    this.#sending = mined.catch(() => undefined);
    return mined;
  }
}

type Connection = Awaited<ReturnType<typeof network.create>>;

function describeError(error: unknown): { code: number; message: string; data?: unknown } {
  const { code, message, data } = error as { code?: number; message?: string; data?: unknown };
  return { code: code ?? -32_603, message: message ?? "unknown", data };
}
