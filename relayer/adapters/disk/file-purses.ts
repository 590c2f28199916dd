import { readFile } from "node:fs/promises";
import { z } from "zod";

import type { DaySpent } from "../../domain/errand/judge.ts";
import { RelayerError } from "../../errors.ts";
import type { PurseStore } from "../../ports/purses.ts";
import { replaceFile } from "../../replace-file.ts";

const Wei = z
  .string()
  .regex(/^\d{1,30}$/)
  .transform(BigInt);
const PurseFile = z.strictObject({
  version: z.literal(1),
  chains: z.record(
    z.string().min(1),
    z.strictObject({ day: z.int().min(0), spentWei: Wei, spentOnChoresWei: Wei, givenWei: Wei }),
  ),
});

type Purses = Readonly<Record<string, DaySpent>>;

/** Purses in one small file, replaced whole. One writer at a time: chains share it. */
export function createFilePurses({ file }: { readonly file: string }): PurseStore {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    read: (chain) => inTurn(async () => (await readAll(file))[chain] ?? null),
    write: (chain, spent) =>
      // What cannot be read is not written over: a person may still mend it.
      inTurn(async () => writeAll(file, { ...(await readAll(file)), [chain]: spent })),
  };
}

async function readAll(file: string): Promise<Purses> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw unreadable(file, error);
  }
  try {
    return PurseFile.parse(JSON.parse(text)).chains;
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function writeAll(file: string, chains: Purses): Promise<void> {
  const plain = Object.entries(chains).map(([chain, { day, ...wei }]) => {
    return [chain, { day, ...Object.fromEntries(Object.entries(wei).map(([name, of]) => [name, String(of)])) }];
  });
  try {
    await replaceFile(file, `${JSON.stringify({ version: 1, chains: Object.fromEntries(plain) }, null, 2)}\n`);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new RelayerError("PURSES_UNWRITABLE", `purses cannot be written to ${file} (${reason})`, { file }, error);
  }
}

function unreadable(file: string, error: unknown): RelayerError {
  const text = `${file} cannot be read as purses; look at it, mend it or remove it`;
  return new RelayerError("PURSES_UNREADABLE", text, { file }, error);
}
