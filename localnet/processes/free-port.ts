import net from "node:net";

const HOST = "127.0.0.1";

/** Below those that systems hand out by themselves, which could go to somebody else before the taker has bound it. */
const LOWEST = 20_000;
const COUNT = 12_000;
/** Processes that look at the same time, so with neighbouring ids, begin this far from each other. */
const APART = 64;

let next = process.pid * APART;

/** A TCP port on 127.0.0.1 that nobody listens on, another one each time. @throws RangeError when there is none */
export async function findFreePort(): Promise<number> {
  for (let tried = 0; tried < COUNT; tried += 1) {
    const port = LOWEST + (next % COUNT);
    next += 1;
    if (await isPortFree(port)) return port;
  }
  throw new RangeError("every port is taken");
}

/** Whether something could listen on `port` of 127.0.0.1 now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
