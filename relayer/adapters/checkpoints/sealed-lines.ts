import { createHmac, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";

import { replaceFile } from "../../replace-file.ts";

/** Lines that are written at once: what is urgent comes in between. */
const LINES_AT_ONCE = 1_000;
const SEAL = "seal ";

/** A file of lines whose last one only the holder of `key` can write. */
export interface SealedFile {
  readonly file: string;
  readonly key: Uint8Array;
  /** What the lines are about. Sealed with them: those of another chain, put in this place, do not fit. */
  readonly about: string;
}

/** Writes the whole file: a crash leaves either the old or the new one. For its owner's eyes. */
export async function writeSealed({ file, key, about }: SealedFile, lines: Iterable<string>): Promise<void> {
  const seal = createHmac("sha256", key).update(`${about}\n`);
  await replaceFile(file, async (handle) => {
    let chunk: string[] = [];
    const flush = async (): Promise<void> => {
      const text = chunk.map((line) => `${line}\n`).join("");
      chunk = [];
      seal.update(text);
      await handle.write(text);
    };
    for (const line of lines) {
      chunk.push(line);
      if (chunk.length >= LINES_AT_ONCE) await flush();
    }
    await flush();
    await handle.write(`${SEAL}${seal.digest("hex")}\n`);
  });
}

/** The lines without the seal; null when they are not as they were written. Rejects where there is no file to read. */
export async function readSealed({ file, key, about }: SealedFile): Promise<readonly string[] | null> {
  const lines = (await readFile(file, "utf8")).split("\n");
  const isWhole = lines.pop() === "";
  const last = lines.pop() ?? "";
  if (!isWhole || !last.startsWith(SEAL)) return null;
  const seal = createHmac("sha256", key).update(`${about}\n`);
  for (const line of lines) seal.update(`${line}\n`);
  const [found, made] = [Buffer.from(last.slice(SEAL.length)), Buffer.from(seal.digest("hex"))];
  return found.length === made.length && timingSafeEqual(found, made) ? lines : null;
}
