import { access, rm } from "node:fs/promises";

import { RelayerError } from "../../errors.ts";
import type { Checkpoint, Checkpoints } from "../../ports/checkpoints.ts";
import { type SealedFile, readSealed, writeSealed } from "./sealed-lines.ts";

/** How what is kept is written in lines. */
export interface LineCodec<Kept> {
  encode(kept: Kept): Iterable<string>;
  /** @throws when the lines say something else */
  decode(lines: readonly string[]): Kept;
}

/** A checkpoint in one sealed file: it saves time, and nobody but this relayer can say what it saves. */
export function createFileCheckpoints<Kept extends Checkpoint>(
  sealed: SealedFile,
  codec: LineCodec<Kept>,
): Checkpoints<Kept> {
  const { file } = sealed;
  return {
    async recall() {
      const lines = await readSealed(sealed).catch((error: unknown) => {
        if (isAbsent(error)) return undefined;
        throw unusable(file, error);
      });
      if (lines === undefined) return null;
      if (lines === null) throw unusable(file);
      try {
        return codec.decode(lines);
      } catch (error) {
        throw unusable(file, error);
      }
    },
    keep: (kept) =>
      writeSealed(sealed, codec.encode(kept)).catch((error: unknown) => {
        const reason = (error as NodeJS.ErrnoException).code ?? "unknown reason";
        const text = `what was read cannot be kept in ${file} (${reason})`;
        throw new RelayerError("CHECKPOINT_UNWRITABLE", text, { file }, error);
      }),
    // Whatever else is wrong with it shows when it is recalled.
    isThere: () =>
      access(file).then(
        () => true,
        (error: unknown) => !isAbsent(error),
      ),
    forget: () => rm(file, { force: true }),
  };
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

function unusable(file: string, cause?: unknown): RelayerError {
  const text = `${file} is not as this relayer has written it; what it would have saved is read again`;
  return new RelayerError("CHECKPOINT_UNUSABLE", text, { file }, cause);
}
