import { z } from "zod";

import { SetupError } from "../../../deployments/setup-error.ts";

/** Something that a node told its subscribers, and when it arrived in this process. */
export interface Sighting {
  readonly txHash: string;
  readonly atMs: number;
}

/** Which logs: of one contract, with one first topic. */
export interface LogFilter {
  readonly address: string;
  readonly topic: string;
}

/** What anybody sees of a chain who listens to its node over a bare websocket. */
export interface ChainWatch {
  /** The next log that fits. Ask before it can come. */
  nextLog(filter: LogFilter): Promise<Sighting>;
  /** How many logs that fit were seen from the beginning. */
  countLogs(filter: LogFilter): number;
  close(): void;
}

/** Nothing that is waited for here takes a tenth of this. */
const NOTICE_LIMIT_MS = 30_000;

interface Notice extends Sighting {
  readonly log: LogFilter;
}

/** Subscribes to all logs of the node at `url`. */
export async function watchChain(url: string): Promise<ChainWatch> {
  const socket = new WebSocket(url);
  await onceOpen(socket);
  await subscribe(socket, ["logs", {}]);

  const logs: LogFilter[] = [];
  const waiting = new Set<{ fits: (notice: Notice) => boolean; found: (notice: Notice) => void }>();
  socket.addEventListener("message", ({ data }) => {
    const notice = readNotice(String(data), performance.now());
    logs.push(notice.log);
    for (const waiter of waiting) {
      if (!waiter.fits(notice)) continue;
      waiting.delete(waiter);
      waiter.found(notice);
    }
  });

  const next = (what: string, fits: (notice: Notice) => boolean): Promise<Sighting> => {
    const { promise, resolve, reject } = Promise.withResolvers<Sighting>();
    const waiter = { fits, found: resolve };
    waiting.add(waiter);
    const timer = setTimeout(() => {
      waiting.delete(waiter);
      reject(tooLate(what));
    }, NOTICE_LIMIT_MS);
    return promise.finally(() => clearTimeout(timer));
  };
  return {
    nextLog: (filter) => next("a log", ({ log }) => isSame(log, filter)),
    countLogs: (filter) => logs.filter((log) => isSame(log, filter)).length,
    close: () => socket.close(),
  };
}

const Log = z.object({ address: z.string(), topics: z.array(z.string()), transactionHash: z.string() });
const Notification = z.object({ params: z.object({ result: Log }) });
const Answer = z.object({ result: z.string() });

function readNotice(text: string, atMs: number): Notice {
  const { address, topics, transactionHash } = Notification.parse(JSON.parse(text)).params.result;
  return { txHash: transactionHash, atMs, log: { address, topic: topics[0] ?? "" } };
}

function isSame(a: LogFilter, b: LogFilter): boolean {
  return a.topic === b.topic && a.address.toLowerCase() === b.address.toLowerCase();
}

function onceOpen(socket: WebSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.addEventListener("open", () => resolve(), { once: true });
  socket.addEventListener("error", () => reject(tooLate("a websocket")), { once: true });
  return promise;
}

async function subscribe(socket: WebSocket, params: readonly unknown[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<MessageEvent>();
  socket.addEventListener("message", resolve, { once: true });
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params }));
  Answer.parse(JSON.parse(String((await promise).data)));
}

function tooLate(what: string): SetupError {
  return new SetupError("temporary", `A chain of the bench did not show ${what}.`, { fix: "Run it again." });
}
