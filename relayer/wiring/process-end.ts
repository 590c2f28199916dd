import type { Lifecycle } from "../app/lifecycle.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { createLog } from "../log.ts";

/** What has not stopped by then is left behind. */
const STOP_LIMIT_MS = 20_000;

type ProcessLog = ReturnType<typeof createLog>;

/** Stops everything once, whoever asks first, and ends the process with their code. */
export function createEnd(log: ProcessLog, life: Lifecycle): (code: ExitCode) => void {
  let isEnding = false;
  return (code) => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(code), STOP_LIMIT_MS).unref();
    void life.stop().then(() => {
      log.info({ code }, "relayer stopped");
      process.exit(code);
    });
  };
}

/** Ends on what ends a process from outside, and on what nobody caught. */
export function endOnSignals(log: ProcessLog, end: (code: ExitCode) => void): void {
  process.once("SIGTERM", () => end(EXIT.fine));
  process.once("SIGINT", () => end(EXIT.fine));
  process.on("uncaughtException", (err) => {
    log.fatal({ err }, "uncaught exception");
    end(EXIT.fatal);
  });
}
