import { createReadStream } from "node:fs";
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";

import { RelayerError } from "../../errors.ts";
import { replaceFile } from "../../replace-file.ts";
import { hashLine } from "./entry-line.ts";
import { segmentAt } from "./segment.ts";

const HEAD = "journal-head.json";
/** Kept beside, once, when the journal was found to end before it: a person looks at it and takes it away. */
const LOST = "journal-head.lost.json";

/** The last line that was on the disk for certain: its file, its place there, its hash. */
const HeadRecord = z.strictObject({
  version: z.literal(1),
  segment: z.int().min(0),
  line: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type HeadRecord = z.output<typeof HeadRecord>;

/**
 * Written after the lines that it speaks of were forced to the disk, never before: a crash in between leaves a head that
 * is behind, never one that is ahead. So a journal that ends before its head was cut.
 */
export async function writeHead(dir: string, { segment, line, hash }: Omit<HeadRecord, "version">): Promise<void> {
  await replaceFile(join(dir, HEAD), `${JSON.stringify({ version: 1, segment, line, hash })}\n`);
}

/** @throws RelayerError `JOURNAL_CUT` when the journal in `dir` ends before its head, or did so when a process last began */
export async function requireWhole(dir: string): Promise<void> {
  const lost = await readHead(dir, LOST);
  if (lost !== null) throw cut(dir, lost);
  const head = await readHead(dir, HEAD);
  if (head !== null && !(await holdsLine(dir, head))) throw cut(dir, head);
}

/** Puts the head aside as evidence: from here on the journal has a new one. An older piece of evidence stays. */
export async function setHeadAside(dir: string): Promise<void> {
  const lost = await readHead(dir, LOST).catch(() => null);
  if (lost === null) await rename(join(dir, HEAD), join(dir, LOST)).catch(() => undefined);
}

async function readHead(dir: string, name: string): Promise<HeadRecord | null> {
  let text: string;
  try {
    text = await readFile(join(dir, name), "utf8");
  } catch {
    return null;
  }
  try {
    return HeadRecord.parse(JSON.parse(text));
  } catch (error) {
    const file = join(dir, name);
    throw new RelayerError("JOURNAL_CORRUPT", `${file} is not the head of a journal`, { file, line: 1 }, error);
  }
}

async function holdsLine(dir: string, { segment, line, hash }: HeadRecord): Promise<boolean> {
  let number = 0;
  try {
    const input = createReadStream(segmentAt(dir, segment).path, "utf8");
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      number += 1;
      if (number === line) return hashLine(text) === hash;
    }
  } catch {
    return false;
  }
  return false;
}

function cut(dir: string, { segment, line }: HeadRecord): RelayerError {
  const { path } = segmentAt(dir, segment);
  const text = `the journal was cut: it ends before line ${line} of ${path}, or that line is another; ${join(dir, LOST)} tells, take it away once you have looked`;
  return new RelayerError("JOURNAL_CUT", text, { file: path, line });
}
