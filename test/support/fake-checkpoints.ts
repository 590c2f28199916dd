import { RelayerError } from "../../relayer/errors.ts";
import type { Checkpoint, Checkpoints } from "../../relayer/ports/checkpoints.ts";

/** A checkpoint in memory that outlives a relayer, as a disk does, and that a test can spoil. */
export class FakeCheckpoints<Kept extends Checkpoint> implements Checkpoints<Kept> {
  kept: Kept | null = null;
  /** How often something was kept. */
  writes = 0;
  isUnreadable = false;
  isFull = false;

  recall(): Promise<Kept | null> {
    if (this.isUnreadable) return Promise.reject(new RelayerError("CHECKPOINT_UNUSABLE", "the fake is spoilt"));
    return Promise.resolve(structuredClone(this.kept));
  }

  keep(kept: Kept): Promise<void> {
    if (this.isFull) return Promise.reject(new RelayerError("CHECKPOINT_UNWRITABLE", "the fake is full"));
    this.kept = structuredClone(kept);
    this.writes += 1;
    return Promise.resolve();
  }

  isThere(): Promise<boolean> {
    return Promise.resolve(this.kept !== null);
  }

  forget(): Promise<void> {
    this.kept = null;
    return Promise.resolve();
  }
}
