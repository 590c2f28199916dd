import { existsSync } from "node:fs";

/** Something about a study's input is wrong; the message says what. */
export class StudyError extends Error {
  override readonly name = "StudyError";
}

const EXIT_FATAL = 1;
const EXIT_USAGE = 2;

/** A study as a command: `npm run <name> -- --data <folder>`. */
export interface StudyCommand<R extends { readonly folder: string }> {
  readonly usage: string;
  /** What to do, or the fault of the command line; null when help is asked for. */
  readonly read: () => R | string | null;
  readonly run: (request: R) => void | Promise<void>;
}

/** Runs the command and sets the exit code: 0 printed, 1 input that cannot be read, 2 wrong usage. */
export async function runStudy<R extends { readonly folder: string }>(command: StudyCommand<R>): Promise<void> {
  try {
    process.exitCode = await run(command);
  } catch (error) {
    const isOptionFault = error instanceof TypeError && "code" in error;
    if (!isOptionFault && !(error instanceof StudyError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = isOptionFault ? EXIT_USAGE : EXIT_FATAL;
  }
}

async function run<R extends { readonly folder: string }>({ usage, read, run }: StudyCommand<R>): Promise<number> {
  const request = read();
  if (request === null) {
    process.stdout.write(usage);
    return 0;
  }
  if (typeof request === "string") {
    process.stderr.write(`${request}\n\n${usage}`);
    return EXIT_USAGE;
  }
  if (!existsSync(request.folder)) throw new StudyError(`there is no folder ${request.folder}`);
  await run(request);
  return 0;
}
