import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A port before another port, to take a server away without touching it. */
export interface TcpProxy {
  readonly port: number;
  /** Refuses, and drops what is open. */
  cut(): Promise<void>;
  /** Connections, old and new, stay open and nothing passes them any more: a network that lost its way. */
  stall(): void;
  /** New connections work. Those that were stalled never will. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  /** Grows with every stall: a connection of an earlier era, or of a stalled one, is dead. */
  let era = 0;
  let isStalled = false;

  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  const server = createServer((near) => {
    const far = connect(targetPort, HOST);
    keep(near);
    keep(far);
    const openedIn = isStalled ? -1 : era;
    near.on("data", (chunk) => openedIn === era && far.write(chunk));
    far.on("data", (chunk) => openedIn === era && near.write(chunk));
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, HOST);
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const cut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  const port = await listen(0);
  return {
    port,
    cut,
    stall() {
      isStalled = true;
      era += 1;
    },
    async restore() {
      isStalled = false;
      if (!server.listening) await listen(port);
    },
    close: cut,
  };
}
