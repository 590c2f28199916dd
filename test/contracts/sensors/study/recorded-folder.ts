import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";

export interface RecordedFolder {
  readonly at: string;
  /** Writes a gzip CSV in the format of the data set. */
  readonly write: (file: string, header: string, rows: readonly (readonly (string | number)[])[]) => void;
  readonly remove: () => void;
}

/** A folder of recorded prices that a test makes up. */
export function createRecordedFolder(): RecordedFolder {
  const at = mkdtempSync(path.join(os.tmpdir(), "cordon-study-"));
  return {
    at,
    write(file, header, rows) {
      mkdirSync(path.dirname(path.join(at, file)), { recursive: true });
      writeFileSync(path.join(at, file), gzipSync([header, ...rows.map((row) => row.join(","))].join("\n")));
    },
    remove: () => {
      rmSync(at, { recursive: true });
    },
  };
}
