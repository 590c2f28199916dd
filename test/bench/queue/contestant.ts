import { fork } from "node:child_process";
import { once } from "node:events";

import { z } from "zod";

import type { ContestantData, Drive } from "./messages.ts";

/** One queue in a process of its own, with nothing of the others in it. */
export interface Contestant {
  /** @returns microseconds a message */
  run(drive: Drive): Promise<number>;
  stop(): void;
}

/** Loading the peer takes up to half a minute on a loaded machine, and a run seconds. */
const ANSWER_LIMIT_MS = 90_000;

const Answer = z.tuple([z.object({ perMessageUs: z.number().positive() })], z.unknown());

/**
 * Starts `program` and waits until it says that it is ready. What it prints is dropped: standard output is the
 * bench's.
 * @throws Error when it ends, or does not answer in time
 */
export async function startContestant(program: URL, data: ContestantData): Promise<Contestant> {
  const child = fork(program, [JSON.stringify(data)], { execArgv: [], stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const said = async (): Promise<unknown[]> => {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]);
    const ended = once(child, "exit", { signal }).then(() => {
      throw new Error(`${program.pathname} ended`);
    });
    // Loses the race whenever all is well.
    ended.catch(() => undefined);
    try {
      return await Promise.race([once(child, "message", { signal }), ended]);
    } finally {
      over.abort();
    }
  };
  const stop = (): void => void child.kill("SIGKILL");
  try {
    await said();
  } catch (error) {
    stop();
    throw error;
  }
  return {
    async run(drive) {
      const answer = said();
      child.send(drive);
      return Answer.parse(await answer)[0].perMessageUs;
    },
    stop,
  };
}
