import { describeCause } from "../deployments/setup-error.ts";

/** What has to be undone, last things first. */
export interface Shutdown {
  /** Undoes it at once when the shutdown has begun already: nothing is started into a closing network. */
  add(what: string, undo: () => Promise<void> | void): Promise<void>;
  /** Undoes everything, once. A step that fails or hangs does not keep the others from being undone. */
  run(): Promise<void>;
}

export interface ShutdownOptions {
  readonly log: (line: string) => void;
  /** How the process ends after SIGINT or SIGTERM, everything undone. */
  readonly interruptExitCode: number;
}

const STEP_TIMEOUT_MS = 10_000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A shutdown that also runs when the process is told to end. A second signal ends it without waiting. */
export function createShutdown({ log, interruptExitCode }: ShutdownOptions): Shutdown {
  const steps: { readonly what: string; readonly undo: () => Promise<void> | void }[] = [];
  let running: Promise<void> | undefined;

  const undoOne = async ({ what, undo }: (typeof steps)[number]) => {
    try {
      await withTimeout(undo());
    } catch (error) {
      log(`could not stop ${what}: ${describeCause(error)}`);
    }
  };
  const undoAll = async () => {
    for (const step of steps.splice(0).reverse()) await undoOne(step);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  const run = () => (running ??= undoAll());
  const onSignal = () => {
    if (running) process.exit(interruptExitCode === 0 ? 1 : interruptExitCode);
    void run().then(() => process.exit(interruptExitCode));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    async add(what, undo) {
      if (running) await undoOne({ what, undo });
      else steps.push({ what, undo });
    },
    run,
  };
}

async function withTimeout(step: Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<void>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RangeError(`took more than ${STEP_TIMEOUT_MS} ms`)), STEP_TIMEOUT_MS);
  });
  try {
    await Promise.race([step, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
