import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";

const NAME = /^journal-(\d{8})\.jsonl$/;
const NEWLINE = 0x0a;
/** How much of a file's end is looked at a time. */
const CHUNK_BYTES = 65_536;

/** One file of the journal. Numbers grow; the one with the highest is written. */
export interface Segment {
  readonly number: number;
  readonly path: string;
}

export function segmentAt(dir: string, number: number): Segment {
  return { number, path: join(dir, `journal-${String(number).padStart(8, "0")}.jsonl`) };
}

/** The journal's files in `dir`, oldest first. Other files are none of its business. */
export async function listSegments(dir: string): Promise<Segment[]> {
  const names = await readdir(dir);
  const numbers = names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
  return numbers.sort((a, b) => a - b).map((number) => segmentAt(dir, number));
}

/** Opens for appending, cutting off a last line that a kill left torn: what follows must begin a line of its own. */
export async function openSegment(segment: Segment): Promise<{ handle: FileHandle; size: number }> {
  const handle = await open(segment.path, "a+");
  try {
    const { size } = await handle.stat();
    const whole = await wholeLinesSize(handle, size);
    if (whole < size) await handle.truncate(whole);
    return { handle, size: whole };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Whole lines of a file. */
export async function countLines(handle: FileHandle): Promise<number> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let lines = 0;
  for (let at = 0; ;) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) return lines;
    for (let index = 0; index < bytesRead; index += 1) if (chunk[index] === NEWLINE) lines += 1;
    at += bytesRead;
  }
}

/** The last whole line of a file, without its end; null when there is none. */
export async function lastLine(path: string): Promise<string | null> {
  const handle = await open(path, "r");
  try {
    const end = await wholeLinesSize(handle, (await handle.stat()).size);
    if (end === 0) return null;
    const start = await wholeLinesSize(handle, end - 1);
    const bytes = Buffer.alloc(end - 1 - start);
    await handle.read(bytes, 0, bytes.length, start);
    return bytes.toString("utf8");
  } finally {
    await handle.close();
  }
}

/** Bytes up to and including the last newline. */
async function wholeLinesSize(handle: FileHandle, size: number): Promise<number> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let end = size; end > 0;) {
    const start = Math.max(end - CHUNK_BYTES, 0);
    const { bytesRead } = await handle.read(chunk, 0, end - start, start);
    const at = chunk.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
