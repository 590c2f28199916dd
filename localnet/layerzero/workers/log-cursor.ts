import { type JsonRpcProvider, type Log, toQuantity } from "ethers";

import { type HeadSignal, watchHeads } from "./head-signal.ts";

/** Reads all logs of some contracts in order, once each, through any outage of the chain. */
export interface LogCursor {
  /** Starts to follow the head, from where it stopped. */
  open(): void;
  /** Reads up to the head. @returns whether the chain answered. */
  catchUp(): Promise<boolean>;
  close(): void;
}

export interface LogCursorOptions {
  readonly provider: JsonRpcProvider;
  readonly wsUrl: string;
  readonly addresses: readonly string[];
  readonly fromBlock: number;
  readonly onLogs: (logs: readonly Log[]) => void;
}

/** Heads announce themselves; this is for the ones whose announcement got lost. */
const POLL_MS = 500;

export function createLogCursor(options: LogCursorOptions): LogCursor {
  const { provider, wsUrl, addresses, onLogs } = options;
  let nextBlock = options.fromBlock;
  let reading: Promise<boolean> | undefined;
  let isStale = false;
  let isClosed = true;
  let following: { readonly signal: HeadSignal; readonly timer: NodeJS.Timeout } | undefined;

  const readOnce = async () => {
    const head = await provider.getBlockNumber();
    if (head < nextBlock || isClosed) return;
    const filter = { address: [...addresses], fromBlock: toQuantity(nextBlock), toBlock: toQuantity(head) };
    const logs = await provider.getLogs(filter);
    if (isClosed) return;
    nextBlock = head + 1;
    onLogs(logs);
  };
  const readAll = async () => {
    try {
      do {
        isStale = false;
        await readOnce();
        // A head that was announced while reading may lie behind what was read.
      } while (isStale && !isClosed);
      return true;
    } catch {
      // Down or hanging: the cursor stays, and the next poll tries again.
      return false;
    } finally {
      reading = undefined;
    }
  };
  const catchUp = () => {
    isStale = true;
    reading ??= readAll();
    return reading;
  };
  return {
    open() {
      if (following) return;
      isClosed = false;
      const wake = () => void catchUp();
      following = { signal: watchHeads(wsUrl, wake), timer: setInterval(wake, POLL_MS) };
    },
    catchUp,
    close() {
      isClosed = true;
      clearInterval(following?.timer);
      following?.signal.close();
      following = undefined;
    },
  };
}
