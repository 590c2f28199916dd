import { mkdirSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

import { describeError } from "../../errors.ts";
import type { Log } from "../../ports/log.ts";
import type { RangeHints } from "../../ports/range-hints.ts";

const HintFile = z.strictObject({
  version: z.literal(1),
  /** By chain, by host: blocks in one request for logs. */
  ranges: z.record(z.string(), z.record(z.string(), z.int().min(1))),
});

/** What is learned within this goes into one writing. */
const WRITE_AFTER_MS = 1_000;

export interface FileHintsOptions {
  readonly file: string;
  readonly log: Log;
}

/** Hints of all chains, in one small file. */
export interface FileHints {
  of(chain: string): RangeHints;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

/** Reads the file once, at the start. One that cannot be read, or written, costs nothing but what it would have told. */
export function createFileHints({ file, log }: FileHintsOptions): FileHints {
  const ranges = new Map(
    Object.entries(readHints(file, log)).map(([chain, of]) => [chain, new Map(Object.entries(of))]),
  );
  let isDirty = false;
  let timer: NodeJS.Timeout | null = null;
  let writing = Promise.resolve();

  async function write(): Promise<void> {
    timer = null;
    if (!isDirty) return;
    isDirty = false;
    const plain = Object.fromEntries([...ranges].map(([chain, of]) => [chain, Object.fromEntries(of)]));
    try {
      mkdirSync(dirname(file), { recursive: true });
      await writeFile(`${file}.new`, `${JSON.stringify({ version: 1, ranges: plain }, null, 2)}\n`, { mode: 0o600 });
      await rename(`${file}.new`, file);
    } catch (error) {
      log.warn({ file, err: describeError(error) }, "hints not written");
    }
  }
  const writeNext = (): Promise<void> => (writing = writing.then(write));

  return {
    of: (chain) => ({
      recall: (host) => ranges.get(chain)?.get(host) ?? null,
      learn(host, width) {
        const known = ranges.get(chain) ?? new Map<string, number>();
        if (known.get(host) === width) return;
        ranges.set(chain, known.set(host, width));
        isDirty = true;
        timer ??= setTimeout(() => void writeNext(), WRITE_AFTER_MS).unref();
      },
    }),
    close() {
      if (timer !== null) clearTimeout(timer);
      return writeNext();
    },
  };
}

function readHints(file: string, log: Log): Readonly<Record<string, Readonly<Record<string, number>>>> {
  try {
    return HintFile.parse(JSON.parse(readFileSync(file, "utf8"))).ranges;
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
    if (!isAbsent) log.warn({ file, err: describeError(error) }, "hints not readable, learning anew");
    return {};
  }
}
