import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { inspect } from "node:util";

import type { SecretRef } from "./field.ts";

/** Larger than any key or URL: a wrong path must not read a database into memory. */
const MAX_SECRET_BYTES = 16_384;
const READABLE_BY_OTHERS = 0o077;

/** A value that no log, no JSON and no template shows. Only `reveal` gives it out. */
export interface Secret {
  reveal(): string;
}

/** Wraps `value`. Prints as `[redacted]` whichever way it is printed. */
export function createSecret(value: string): Secret {
  const hidden = () => "[redacted]";
  return Object.freeze({ reveal: () => value, toString: hidden, toJSON: hidden, [inspect.custom]: hidden });
}

/** What resolving needs to know of the surroundings. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start at the configuration file. */
  readonly baseDir: string;
  readonly allowsPlain: boolean;
}

export type ResolvedSecret =
  | { readonly ok: true; readonly value: string; readonly warning?: string }
  | { readonly ok: false; readonly problem: string };

/** Reads the secret behind `ref`. Never throws: what is wrong is said without the secret in it. */
export async function resolveSecret(ref: SecretRef, sources: SecretSources): Promise<ResolvedSecret> {
  if (ref.type === "file") return readSecretFile(resolve(sources.baseDir, ref.value));
  if (ref.type === "env") {
    const value = sources.env[ref.value]?.trim();
    if (value !== undefined && value !== "") return { ok: true, value };
    return { ok: false, problem: `environment variable ${ref.value} is not set; set it or use a file` };
  }
  if (sources.allowsPlain) return { ok: true, value: ref.value };
  return { ok: false, problem: 'a plain secret is allowed on a devnet only; use "env" or "file"' };
}

async function readSecretFile(path: string): Promise<ResolvedSecret> {
  try {
    const { mode, size } = await stat(path);
    if (size > MAX_SECRET_BYTES) return { ok: false, problem: `file ${path} is too large for a secret` };
    const value = (await readFile(path, "utf8")).trim();
    if (value === "") return { ok: false, problem: `file ${path} is empty` };
    if ((mode & READABLE_BY_OTHERS) === 0) return { ok: true, value };
    return { ok: true, value, warning: `file ${path} can be read by others; chmod 600 it` };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    return { ok: false, problem: `file ${path} cannot be read (${reason}); check the path and its permissions` };
  }
}
