/** Work that is tried until it succeeds. Triggered while it runs, it runs once more: no wish is lost. */
export interface Task {
  trigger(): void;
  isIdle(): boolean;
  stop(): void;
}

export interface TaskOptions {
  /** Brings the world one step on. Looks at the state first, so that running it again is harmless. */
  readonly run: () => Promise<void>;
  /** Before every further attempt: sees what has happened meanwhile. Rejects while that cannot be seen. */
  readonly refresh: () => Promise<void>;
  /** Told once, when {@link TASK_GIVE_UP_MS} have passed without success. */
  readonly onGivenUp: (error: unknown) => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
export const TASK_GIVE_UP_MS = 30 * 60_000;

export function createTask(options: TaskOptions): Task {
  let isRunning = false;
  let isWanted = false;
  let isStopped = false;
  let pause: { readonly timer: NodeJS.Timeout; readonly end: () => void } | undefined;

  const waitFor = (ms: number) =>
    new Promise<void>((resolve) => {
      pause = { timer: setTimeout(resolve, ms), end: resolve };
    });
  const persist = async () => {
    const startedAt = performance.now();
    for (let pauseMs = FIRST_PAUSE_MS; !isStopped; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        if (pauseMs > FIRST_PAUSE_MS) await options.refresh();
        isWanted = false;
        return await options.run();
      } catch (error) {
        if (performance.now() - startedAt > TASK_GIVE_UP_MS) return options.onGivenUp(error);
      }
      await waitFor(pauseMs);
    }
  };
  const loop = async () => {
    do {
      isWanted = false;
      await persist();
    } while (isWanted && !isStopped);
    isRunning = false;
  };
  return {
    trigger() {
      isWanted = true;
      if (isRunning || isStopped) return;
      isRunning = true;
      void loop();
    },
    isIdle: () => !isRunning,
    stop() {
      isStopped = true;
      clearTimeout(pause?.timer);
      pause?.end();
    },
  };
}
