import type { PacketFacts } from "../domain/packet/packet-book.ts";
import type { PlainBook } from "../domain/venue/plain-book.ts";
import type { BlockRef } from "../domain/world/block.ts";

/** What came of one chain's history, read without a gap from its beginning up to and including `at`, which was final. */
export interface Checkpoint {
  readonly at: BlockRef;
}

/** A venue, rebuilt from all its events up to there. */
export interface VenueCheckpoint extends Checkpoint {
  readonly book: PlainBook;
}

/** What a chain has said of LayerZero packets up to there. */
export interface PacketCheckpoint extends Checkpoint {
  readonly facts: PacketFacts;
}

/**
 * Where an earlier process left off with one history of one chain. A hint and nothing more: whoever recalls it holds it
 * against the chain, and where it is missing, stale or false the history is read from its beginning. Implemented by
 * `adapters/checkpoints` and, in tests, by `FakeCheckpoints`.
 */
export interface Checkpoints<Kept extends Checkpoint> {
  /** What was kept last; null when nothing was. @throws RelayerError `CHECKPOINT_UNUSABLE` when it is not as it was kept */
  recall(): Promise<Kept | null>;
  /** Replaces what was kept. `kept` must not change meanwhile. @throws RelayerError `CHECKPOINT_UNWRITABLE` */
  keep(kept: Kept): Promise<void>;
  /** Whether what was kept is still there: a person takes it away to have the history read anew. */
  isThere(): Promise<boolean>;
  /** Takes it away. */
  forget(): Promise<void>;
}
