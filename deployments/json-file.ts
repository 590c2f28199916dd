import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { z } from "zod";

import { SetupError, describeCause } from "./setup-error.ts";

/**
 * Reads and checks a JSON file.
 * @throws SetupError "config" that names every field that is wrong.
 */
export function readJsonFile<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(parseFile(file));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => `${issue.path.join(".") || "(top)"}: ${issue.message}`);
  throw new SetupError("config", `${file} is not valid: ${fields.join("; ")}.`, { fix: "Correct these fields." });
}

/** Writes `value` so that a reader sees the old file or the new one, never half of it. */
export function writeJsonFile(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(partial, file);
}

function parseFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const problem = `${file} cannot be read: ${describeCause(error)}.`;
    throw new SetupError("config", problem, { fix: "Check that it exists and is JSON.", cause: error });
  }
}
