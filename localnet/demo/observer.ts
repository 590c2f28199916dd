import type { Interface, Result } from "ethers";

/** A hub event as it became visible to somebody who only watches. */
export interface Sighting {
  readonly chain: string;
  readonly name: string;
  readonly args: Result;
  /** Wall milliseconds, from `performance.now()`. */
  readonly atMs: number;
}

/** Watches every hub from outside, so that the times shown are not the relayer's own word for them. */
export interface Observer {
  readonly sightings: readonly Sighting[];
  /** Resolves once the chain has taken the subscription. */
  watch(target: WatchTarget): Promise<void>;
  /** Stops watching a chain that goes down; watch it again when it is back. */
  unwatch(chain: string): void;
  close(): void;
}

export interface WatchTarget {
  readonly chain: string;
  readonly wsUrl: string;
  readonly hub: string;
}

const SUBSCRIBE_ID = 1;

export function createObserver(hubAbi: Interface): Observer {
  const sightings: Sighting[] = [];
  const sockets = new Map<string, WebSocket>();
  const record = (chain: string, log: RawLog): void => {
    const atMs = performance.now();
    const event = hubAbi.parseLog(log);
    if (event) sightings.push({ chain, name: event.name, args: event.args, atMs });
  };
  const unwatch = (chain: string): void => {
    sockets.get(chain)?.close();
    sockets.delete(chain);
  };
  return {
    sightings,
    watch: ({ chain, wsUrl, hub }) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(wsUrl);
        sockets.set(chain, socket);
        const params = ["logs", { address: hub }];
        socket.onopen = () => {
          socket.send(JSON.stringify({ jsonrpc: "2.0", id: SUBSCRIBE_ID, method: "eth_subscribe", params }));
        };
        socket.onerror = () => {
          reject(new TypeError(`${chain} does not take a websocket`));
        };
        socket.onmessage = ({ data }) => {
          const message: SocketMessage = JSON.parse(String(data));
          if (message.id === SUBSCRIBE_ID) resolve();
          if (message.params) record(chain, message.params.result);
        };
      }),
    unwatch,
    close() {
      for (const chain of [...sockets.keys()]) unwatch(chain);
    },
  };
}

/** What a local node sends over a subscription. */
interface SocketMessage {
  readonly id?: number;
  readonly params?: { readonly result: RawLog };
}

interface RawLog {
  readonly topics: readonly string[];
  readonly data: string;
}
