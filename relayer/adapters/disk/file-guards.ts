import { appendFile, readFile } from "node:fs/promises";
import { z } from "zod";

import { RelayerError } from "../../errors.ts";
import type { Guard, GuardStore } from "../../ports/guards.ts";
import { replaceFile } from "../../replace-file.ts";

const GuardRecord = z.strictObject({
  name: z.string().min(1),
  chain: z.string().min(1),
  /** The system's clock counts fractions. */
  raisedAtMs: z.number().min(0),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});
const GuardFile = z.strictObject({ version: z.literal(1), guards: z.array(GuardRecord) });

export interface FileGuardsOptions {
  /** The file that holds what is raised. What was acknowledged is appended to the file beside it, `<file>.acknowledged`. */
  readonly file: string;
  readonly nowMs: () => number;
}

/** Guards in one small file, replaced whole, so that a crash leaves either the old or the new one. */
export function createFileGuards({ file, nowMs }: FileGuardsOptions): GuardStore {
  /** Raised here and perhaps not written: a full disk must not make a process forget what it has seen. */
  const unwritten = new Map<string, Guard>();

  async function readAll(): Promise<Guard[]> {
    const written = await readGuards(file);
    const names = new Set(written.map(({ name }) => name));
    return [...written, ...[...unwritten.values()].filter(({ name }) => !names.has(name))];
  }

  return {
    async raise(guard) {
      unwritten.set(guard.name, guard);
      const written = await readGuards(file);
      if (!written.some(({ name }) => name === guard.name)) await writeGuards(file, [...written, guard]);
      unwritten.delete(guard.name);
    },
    list: readAll,
    async acknowledge(name, reason) {
      const all = await readAll();
      const guard = all.find((one) => one.name === name);
      if (guard === undefined) return false;
      const line = JSON.stringify({ ...guard, acknowledgedAtMs: nowMs(), reason });
      // First the reason, then the guard: a crash in between keeps both.
      await attempt(file, () => appendFile(`${file}.acknowledged`, `${line}\n`, { mode: 0o600 }));
      unwritten.delete(name);
      await writeGuards(
        file,
        all.filter((one) => one.name !== name),
      );
      return true;
    },
  };
}

async function readGuards(file: string): Promise<readonly Guard[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw unreadable(file, error);
  }
  try {
    return GuardFile.parse(JSON.parse(text)).guards;
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function writeGuards(file: string, guards: readonly Guard[]): Promise<void> {
  await attempt(file, () => replaceFile(file, `${JSON.stringify({ version: 1, guards }, null, 2)}\n`));
}

async function attempt(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new RelayerError("GUARDS_UNWRITABLE", `guards cannot be written to ${file} (${reason})`, { file }, error);
  }
}

function unreadable(file: string, error: unknown): RelayerError {
  const text = `${file} cannot be read as guards; look at it, mend it or remove it`;
  return new RelayerError("GUARDS_UNREADABLE", text, { file }, error);
}
