/** Which kind of trouble stopped a set-up step, and so how the process ends. */
export type SetupFailure = "usage" | "config" | "temporary" | "fatal";

/** Exit codes that operators know: 2 usage, 78 configuration, 75 temporary (sysexits), 1 fatal. */
const EXIT_CODES: Record<SetupFailure, number> = { usage: 2, config: 78, temporary: 75, fatal: 1 };

export interface SetupErrorOptions {
  /** One sentence that says what to do about it. */
  readonly fix: string;
  readonly cause?: unknown;
}

/**
 * A deployment or the local network cannot go on. The message names the cause and the fix, on one line, and never
 * holds a key or a URL with credentials.
 */
export class SetupError extends Error {
  override readonly name = "SetupError";
  readonly failure: SetupFailure;
  readonly exitCode: number;

  constructor(failure: SetupFailure, problem: string, options: SetupErrorOptions) {
    super(`${problem} ${options.fix}`, options.cause === undefined ? {} : { cause: options.cause });
    this.failure = failure;
    this.exitCode = EXIT_CODES[failure];
  }
}

/** The first line of what `error` says, for use inside another message. */
export function describeCause(error: unknown): string {
  const text = error instanceof Error ? shortMessageOf(error) : String(error);
  return (text.split("\n")[0] ?? "").replace(URL_PATTERN, hostOnly).trim();
}

// Keys sit in the path and the query of a URL as well as in its userinfo, so nothing but the host is kept.
const URL_PATTERN = /\b(?:https?|wss?|rediss?):\/\/[^\s"'`)]+/g;

function hostOnly(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "(address hidden)";
}

/** ethers puts the whole request, URL and all, into `message`, and what matters into `shortMessage`. */
function shortMessageOf(error: Error): string {
  return "shortMessage" in error && typeof error.shortMessage === "string" ? error.shortMessage : error.message;
}
