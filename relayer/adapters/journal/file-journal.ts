import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, rm } from "node:fs/promises";
import { createInterface } from "node:readline";

import { RelayerError } from "../../errors.ts";
import type { Journal, JournalEntry } from "../../ports/journal.ts";
import { decodeEntry, encodeEntry, GENESIS, hashLine } from "./entry-line.ts";
import { type HeadKeeper, createHeadKeeper } from "./head-keeper.ts";
import { requireWhole } from "./head-record.ts";
import { countLines, lastLine, listSegments, openSegment, type Segment, segmentAt } from "./segment.ts";

/** A file that has grown beyond this is followed by a new one. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** Older files are deleted: the journal never fills a disk. */
const MAX_FILES = 16;
/** Observations reach the disk this late at most; decisions at once, before anybody is told that they were taken. */
const SYNC_INTERVAL_MS = 1_000;

export interface FileJournalOptions {
  readonly dir: string;
  readonly maxFileBytes?: number;
  readonly maxFiles?: number;
  /** The journal was found to end before a line that an earlier process had put on the disk. Said once, at the start. */
  readonly onCut?: (error: RelayerError) => void;
}

export interface FileJournal extends Journal {
  /**
   * The entries of the last two files, as far as they can be read: for what is worth recalling and not worth a start that
   * waits. Rejects with nothing of its own.
   */
  recent(): AsyncIterable<JournalEntry>;
}

interface OpenFile {
  readonly segment: Segment;
  readonly handle: FileHandle;
  size: number;
  /** Whole lines in it. */
  lines: number;
  /** Hash of the last line, here or in the file before. */
  lastHash: string;
}

interface Pending {
  readonly entry: JournalEntry;
  readonly resolve: () => void;
  readonly reject: (error: RelayerError) => void;
}

/**
 * A `Journal` of JSON lines, each of which carries the hash of the line before. Entries that arrive while a write is under way go out together in the next one. Opens its
 * file at the first entry, and again after every failure: a full disk must not keep a relayer from starting.
 */
export function createFileJournal(options: FileJournalOptions): FileJournal {
  const { dir, maxFileBytes = MAX_FILE_BYTES, maxFiles = MAX_FILES } = options;
  let current: OpenFile | null = null;
  let pending: Pending[] = [];
  let writing: Promise<void> | null = null;
  let syncTimer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const head = createHeadKeeper(dir, options.onCut);

  async function openCurrent(): Promise<OpenFile> {
    if (current !== null && current.size < maxFileBytes) return current;
    await mkdir(dir, { recursive: true });
    await head.checkOnce();
    const segment = current === null ? await lastSegment(dir) : segmentAt(dir, current.segment.number + 1);
    const carried = current?.lastHash ?? null;
    await current?.handle.close();
    current = null;
    current = await openFile(dir, segment, carried);
    await deleteOldest(dir, maxFiles);
    return current;
  }

  async function writeBatch(batch: readonly Pending[]): Promise<void> {
    const file = await openCurrent();
    await appendLines(file, batch);
    if (batch.some(({ entry }) => entry.kind === "decision")) await head.sync(file);
    else scheduleSync();
  }

  async function drain(): Promise<void> {
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      try {
        await writeBatch(batch);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        // Half a batch may be on the disk: opening the file again cuts a torn line off.
        const failure = unavailable("write", dir, error);
        await current?.handle.close().catch(() => undefined);
        current = null;
        for (const { reject } of batch) reject(failure);
      }
    }
    // In the same turn as the last look at `pending`: an entry that comes later starts a drain of its own.
    writing = null;
  }

  function scheduleSync(): void {
    syncTimer ??= setTimeout(() => {
      syncTimer = undefined;
      // A failure shows again, and is reported, at the next decision.
      if (current !== null) head.sync(current).catch(() => undefined);
    }, SYNC_INTERVAL_MS).unref();
  }

  function append(entry: JournalEntry): Promise<void> {
    if (isClosed) return Promise.reject(unavailable("write", dir, new TypeError("the journal is closed")));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    pending.push({ entry, resolve, reject });
    writing ??= drain();
    return promise;
  }

  return {
    append,
    replay: () => readAll(dir),
    recent: () => readRecent(dir),
    async close() {
      isClosed = true;
      clearTimeout(syncTimer);
      await writing;
      if (current !== null) await closeFile(current, head);
      current = null;
    },
  };
}

async function appendLines(file: OpenFile, batch: readonly Pending[]): Promise<void> {
  const { bytes, lastHash } = chainLines(batch, file.lastHash);
  await file.handle.appendFile(bytes);
  file.size += bytes.length;
  file.lines += batch.length;
  file.lastHash = lastHash;
}

async function closeFile(file: OpenFile, head: HeadKeeper): Promise<void> {
  await head.sync(file).catch(() => undefined);
  await file.handle.close();
}

/** `carried` is the hash of the last line before, where that is known. */
async function openFile(dir: string, segment: Segment, carried: string | null): Promise<OpenFile> {
  const opened = await openSegment(segment);
  try {
    const lines = await countLines(opened.handle);
    return { segment, ...opened, lines, lastHash: carried ?? (await lastHashUpTo(dir, segment)) };
  } catch (error) {
    await opened.handle.close();
    throw error;
  }
}

/** Lines of a batch, each bound to the one before it. */
function chainLines(
  batch: readonly Pending[],
  previous: string,
): { readonly bytes: Buffer; readonly lastHash: string } {
  let lastHash = previous;
  const lines = batch.map(({ entry }) => {
    const line = encodeEntry(entry, lastHash);
    lastHash = hashLine(line);
    return `${line}\n`;
  });
  return { bytes: Buffer.from(lines.join("")), lastHash };
}

async function lastSegment(dir: string): Promise<Segment> {
  return (await listSegments(dir)).at(-1) ?? segmentAt(dir, 0);
}

/** Hash of the last whole line of `segment`, or of the one before it that has any. */
async function lastHashUpTo(dir: string, segment: Segment): Promise<string> {
  const segments = (await listSegments(dir)).filter(({ number }) => number <= segment.number);
  for (const { path } of segments.reverse()) {
    const line = await lastLine(path);
    if (line !== null) return hashLine(line);
  }
  return GENESIS;
}

async function deleteOldest(dir: string, maxFiles: number): Promise<void> {
  const segments = await listSegments(dir);
  for (const { path } of segments.slice(0, -maxFiles)) await rm(path, { force: true });
}

async function* readAll(dir: string): AsyncGenerator<JournalEntry, void> {
  const segments = await listSegments(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw unavailable("read", dir, error);
  });
  // Of the oldest kept, the line before may be gone with its file; only a journal that is whole begins with nothing.
  let previous: string | null = segments[0]?.number === 0 ? GENESIS : null;
  for (const { path } of segments) previous = yield* readSegment(path, previous);
  // Last: what is there is worth telling, and then that it is not all.
  await requireWhole(dir);
}

const RECENT_FILES = 2;

async function* readRecent(dir: string): AsyncGenerator<JournalEntry, void> {
  const segments = await listSegments(dir).catch(() => []);
  let previous: string | null = null;
  for (const { path } of segments.slice(-RECENT_FILES)) {
    try {
      previous = yield* readSegment(path, previous);
    } catch {
      // What follows a line that cannot be read is told by `replay`, with its code.
      return;
    }
  }
}

/** Decodes a line only once the next one is there: the last of a file may be torn. */
async function* readSegment(path: string, before: string | null): AsyncGenerator<JournalEntry, string | null> {
  let number = 0;
  let held: string | null = null;
  let previous = before;
  for await (const line of createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity })) {
    if (held !== null) {
      yield decodeEntry(held, previous, { file: path, line: number });
      previous = hashLine(held);
    }
    held = line;
    number += 1;
  }
  if (held === null || !isWholeJson(held)) return previous;
  yield decodeEntry(held, previous, { file: path, line: number });
  return hashLine(held);
}

/** An entry is one JSON object, and no proper beginning of an object is JSON. */
function isWholeJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function unavailable(verb: "write" | "read", dir: string, cause: unknown): RelayerError {
  const reason = (cause as NodeJS.ErrnoException).code ?? "unknown reason";
  return new RelayerError(
    "JOURNAL_UNAVAILABLE",
    `cannot ${verb} the journal in ${dir} (${reason})`,
    { dir, reason },
    cause,
  );
}
