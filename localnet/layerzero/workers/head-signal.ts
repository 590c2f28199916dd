/** A wake-up call at each new block. Only a hint: whoever listens also polls. */
export interface HeadSignal {
  close(): void;
}

const RECONNECT_MS = 500;
const SUBSCRIBE = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] });

/** Calls `onHead` at each block that the node at `wsUrl` announces, through restarts of it. */
export function watchHeads(wsUrl: string, onHead: () => void): HeadSignal {
  let isClosed = false;
  let socket: WebSocket | undefined;
  let retry: NodeJS.Timeout | undefined;

  const connect = () => {
    socket = new WebSocket(wsUrl);
    socket.addEventListener("open", () => socket?.send(SUBSCRIBE));
    socket.addEventListener("message", onHead);
    // "close" follows every "error".
    socket.addEventListener("close", () => {
      if (!isClosed) retry = setTimeout(connect, RECONNECT_MS);
    });
    socket.addEventListener("error", () => {});
  };
  connect();
  return {
    close() {
      isClosed = true;
      clearTimeout(retry);
      socket?.close();
    },
  };
}
