/** How all contestants are driven: so many messages, so many adds under way at once. */
export interface Drive {
  readonly messages: number;
  readonly inFlight: number;
}

/** Where a contestant works, and what it takes. Plain data: it goes to processes as it is. */
export interface ContestantData {
  readonly redisUrl: string;
  /** Jobs that it runs at once, where that can be chosen. */
  readonly concurrency: number;
  /** Where the peer is installed; null for those that need nothing. */
  readonly dir: string | null;
}

/** Adds `count` things with at most `inFlight` adds under way. */
export async function addAll(count: number, inFlight: number, add: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await add(index);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

/** Counts handled messages up to a number, once for each run. */
export interface Tally {
  countOne(): void;
  /** Resolves when so many have been counted from now on. */
  reach(count: number): Promise<void>;
}

export function createTally(): Tally {
  let left = 0;
  let done: (() => void) | null = null;
  return {
    countOne() {
      left -= 1;
      if (left === 0) done?.();
    },
    reach(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      left = count;
      done = resolve;
      return promise;
    },
  };
}

/** Microseconds a message, from the first add until the last handler was entered. */
export type Run = (drive: Drive) => Promise<number>;

/** Answers the process that started this one: a drive comes in, its time goes back. Says one word when ready. */
export function serve(run: Run): void {
  process.on("message", (drive: Drive) => void run(drive).then((perMessageUs) => process.send?.({ perMessageUs })));
  process.send?.("ready");
}

export function readData(): ContestantData {
  return JSON.parse(process.argv[2] ?? "") as ContestantData;
}

/** Times `work`, which has `messages` handled. */
export async function timePerMessage({ messages }: Drive, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return ((performance.now() - start) * 1_000) / messages;
}
