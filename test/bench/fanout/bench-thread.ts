import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** A contestant in a thread of its own, as the relayer is in a process: it holds up nothing that is watched. */
export interface BenchThread {
  /**
   * Hands `message` over, or nothing where the thread waits for something else. Resolves with what it says when it is done.
   */
  run(message?: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts the thread that `file` holds. It says one word when it is ready and one whenever it is done. */
export async function startThread(file: URL, data: object): Promise<BenchThread> {
  const worker = new Worker(file, { workerData: data });
  const said = (): Promise<unknown[]> => once(worker, "message");
  await said();
  return {
    async run(message) {
      // Listens first. Rejects when the thread fails.
      const done = said();
      if (message !== undefined) worker.postMessage(message);
      const [word] = await done;
      return word;
    },
    stop: async () => void (await worker.terminate()),
  };
}
