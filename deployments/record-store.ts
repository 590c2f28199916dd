import { existsSync } from "node:fs";

import { writeJsonFile } from "./json-file.ts";
import { type NetworkRecord, readNetworkRecord } from "./network-record.ts";

/** Where the deploy task keeps what it has done. A write that has returned survives the end of the process. */
export interface RecordStore {
  /** @returns null before anything was written. */
  read(): NetworkRecord | null;
  write(record: NetworkRecord): void;
}

/** Keeps the record in `file`: a reader sees the one before or the one after, never half of it. */
export function createFileStore(file: string): RecordStore {
  return {
    read: () => (existsSync(file) ? readNetworkRecord(file) : null),
    write: (record) => writeJsonFile(file, record),
  };
}

export function createMemoryStore(initial: NetworkRecord | null = null): RecordStore {
  let text = initial === null ? null : JSON.stringify(initial);
  return {
    read: () => (text === null ? null : (JSON.parse(text) as NetworkRecord)),
    write(record) {
      text = JSON.stringify(record);
    },
  };
}
