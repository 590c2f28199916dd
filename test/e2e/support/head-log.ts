import type { LocalChain } from "../../../localnet/chains/start-chain.ts";

/** The heads of several chains as one outsider saw them appear, in one order with everything else that he saw. */
export interface HeadLog {
  /** The last head of `chain` that was announced by then; milliseconds of `performance.now()`. */
  headAt(chain: LocalChain, atMs: number): number;
  close(): void;
}

interface Head {
  readonly chain: string;
  readonly number: number;
  readonly atMs: number;
}

const SUBSCRIBE_ID = 1;
const SUBSCRIBE = { jsonrpc: "2.0", id: SUBSCRIBE_ID, method: "eth_subscribe", params: ["newHeads"] };

/** Resolves once every chain has taken the subscription and announced a head. */
export async function watchHeads(chains: readonly LocalChain[]): Promise<HeadLog> {
  const heads: Head[] = [];
  const sockets = await Promise.all(chains.map((chain) => openSocket(chain, (head) => heads.push(head))));
  return {
    headAt(chain, atMs) {
      const seen = heads.findLast((head) => head.chain === chain.name && head.atMs <= atMs);
      if (!seen) throw new RangeError(`no head of ${chain.name} had been announced`);
      return seen.number;
    },
    close() {
      for (const socket of sockets) socket.close();
    },
  };
}

function openSocket(chain: LocalChain, onHead: (head: Head) => void): Promise<WebSocket> {
  const socket = new WebSocket(chain.wsUrl);
  return new Promise((resolve, reject) => {
    socket.onopen = () => socket.send(JSON.stringify(SUBSCRIBE));
    socket.onerror = () => reject(new TypeError(`${chain.name} does not take a websocket`));
    socket.onmessage = ({ data }) => {
      const atMs = performance.now();
      const message: HeadMessage = JSON.parse(String(data));
      if (!message.params) return;
      onHead({ chain: chain.name, number: Number(message.params.result.number), atMs });
      resolve(socket);
    };
  });
}

interface HeadMessage {
  readonly params?: { readonly result: { readonly number: string } };
}
