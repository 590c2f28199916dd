import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** Absolute path of the first of `names` that is an executable file on PATH. */
export function findOnPath(...names: string[]): string | undefined {
  const directories = (process.env["PATH"] ?? "").split(path.delimiter).filter((directory) => directory !== "");
  return names
    .flatMap((name) => directories.map((directory) => path.join(directory, name)))
    .find((candidate) => isExecutable(candidate));
}

/** Whether `file` is a regular file that this user may run. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
