import { once } from "node:events";
import { parentPort, Worker, workerData } from "node:worker_threads";

/** A contestant in a thread of its own, as the relayer is in its process: what it does holds up nothing that is watched. */
export interface BenchThread {
  /** Hands `message` over, or nothing where the thread waits for something else. Resolves when it says that it is done. */
  run(message?: unknown): Promise<void>;
  stop(): Promise<void>;
}

/** What a thread is: how it gets ready with the data that it is given, and what it does each time. */
export interface ThreadWork<Data> {
  start(data: Data, isDone: () => void): Promise<(message: never) => void>;
}

/** Starts the thread that `file` holds and waits until it is ready. */
export async function startThread(file: URL, data: unknown): Promise<BenchThread> {
  const worker = new Worker(file, { workerData: data });
  await once(worker, "message");
  return {
    async run(message) {
      // Rejects when the thread fails.
      const done = once(worker, "message");
      if (message !== undefined) worker.postMessage(message);
      await done;
    },
    stop: async () => void (await worker.terminate()),
  };
}

/** To be called by the thread's own file. */
export async function serveThread<Data>(start: ThreadWork<Data>["start"]): Promise<void> {
  const say = () => parentPort?.postMessage("done");
  const run = await start(workerData as Data, say);
  parentPort?.on("message", run);
  say();
}
