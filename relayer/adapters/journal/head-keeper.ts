import type { FileHandle } from "node:fs/promises";

import { RelayerError } from "../../errors.ts";
import { requireWhole, setHeadAside, writeHead } from "./head-record.ts";
import type { Segment } from "./segment.ts";

/** A file of the journal as far as it was appended to. */
export interface Appended {
  readonly segment: Segment;
  readonly handle: FileHandle;
  /** Whole lines in it. */
  readonly lines: number;
  readonly lastHash: string;
}

/** Keeps the head of one journal for as long as a process writes it. */
export interface HeadKeeper {
  /** Once a process: what an earlier one has left is looked at before anything is added to it. Says what it finds, never throws. */
  checkOnce(): Promise<void>;
  /** Forces what was appended to the disk, and then says so in the head. A later place is never written over by an earlier. */
  sync(file: Appended): Promise<void>;
}

export function createHeadKeeper(dir: string, onCut: ((error: RelayerError) => void) | undefined): HeadKeeper {
  let isChecked = false;
  let last: Promise<void> = Promise.resolve();
  let written = { segment: -1, line: 0 };
  return {
    async checkOnce() {
      if (isChecked) return;
      isChecked = true;
      try {
        await requireWhole(dir);
      } catch (error) {
        await setHeadAside(dir);
        onCut?.(RelayerError.from(error));
      }
    },
    sync({ segment: { number }, handle, lines: line, lastHash: hash }) {
      const mine = last.then(async () => {
        await handle.datasync();
        const isLater = number > written.segment || (number === written.segment && line > written.line);
        if (!isLater || line === 0) return;
        await writeHead(dir, { segment: number, line, hash });
        written = { segment: number, line };
      });
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
