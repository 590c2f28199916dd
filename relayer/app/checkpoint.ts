import type { BlockRef } from "../domain/world/block.ts";
import { RelayerError, describeError } from "../errors.ts";
import type { Checkpoint, Checkpoints } from "../ports/checkpoints.ts";
import type { AppContext } from "./context.ts";

/** What was read since is lost with the process, and read again. */
const KEEP_EVERY_MS = 300_000;
/** Of a large history: no more than this part of the time goes into keeping it. */
const KEEP_SHARE = 100;

export interface KeeperOptions<Kept extends Checkpoint> {
  readonly chain: string;
  /** What is kept, for logs. */
  readonly what: string;
  /** Null where nothing is kept. */
  readonly store: Checkpoints<Kept> | null;
}

/** A history's checkpoint, as a hint: nothing of it is believed that the chain does not bear out, and nothing of it fails. */
export interface CheckpointKeeper<Kept extends Checkpoint> {
  /**
   * What an earlier process kept, where it stands on a block of this chain that is final: once, and null afterwards.
   * `isCanonical` may reject: then it is asked for again.
   */
  recall(
    range: { readonly startBlock: number; readonly finalised: BlockRef },
    isCanonical: (at: BlockRef) => Promise<boolean>,
  ): Promise<Kept | null>;
  /** Keeps `make()`, if it is time to. */
  keepWhenDue(make: () => Kept): Promise<void>;
  /** It was found to be false, or of a chain that is no more. */
  forget(): Promise<void>;
  /** The same of what was just recalled, and says so. */
  refuse(): Promise<void>;
  /** Whether somebody has taken it away since it was kept: the history shall be read anew. Says so once. */
  wasTakenAway(): Promise<boolean>;
}

export function createCheckpointKeeper<Kept extends Checkpoint>(
  { clock, log, metrics }: AppContext,
  { chain, what, store }: KeeperOptions<Kept>,
): CheckpointKeeper<Kept> {
  let hasRecalled = store === null;
  let dueMs = -Infinity;
  let isKept = false;

  const complain = (thrown: unknown): void => {
    const error = RelayerError.from(thrown);
    metrics.failed(chain, error.code);
    log.warn({ chain, what, err: describeError(error) }, "checkpoint not used");
  };
  const forget = async (): Promise<void> => {
    isKept = false;
    dueMs = -Infinity;
    await store?.forget().catch(complain);
  };
  const load = async (): Promise<Kept | null> => {
    try {
      return (await store?.recall()) ?? null;
    } catch (thrown) {
      complain(thrown);
      return null;
    }
  };

  return {
    async recall({ startBlock, finalised }, isCanonical) {
      if (hasRecalled) return null;
      const kept = await load();
      const number = kept?.at.number ?? 0;
      const isInside = number >= startBlock && number <= finalised.number;
      const isThere = kept !== null && isInside && (await isCanonical(kept.at));
      hasRecalled = true;
      if (kept === null) return null;
      if (isThere) {
        log.info({ chain, what, block: number }, "goes on from its checkpoint");
        return kept;
      }
      const text = `the checkpoint of ${what} of ${chain} is at no final block of that chain; it is read anew`;
      complain(new RelayerError("CHECKPOINT_UNUSABLE", text, { chain, block: number, isFinal: finalised.number }));
      return null;
    },
    async keepWhenDue(make) {
      const beganMs = clock.nowMs();
      if (store === null || beganMs < dueMs) return;
      try {
        await store.keep(make());
        isKept = true;
      } catch (thrown) {
        complain(thrown);
      }
      const nowMs = clock.nowMs();
      dueMs = nowMs + Math.max(KEEP_EVERY_MS, KEEP_SHARE * (nowMs - beganMs));
    },
    forget,
    async refuse() {
      const text = `the checkpoint of ${what} of ${chain} contradicts itself; it is read anew`;
      complain(new RelayerError("CHECKPOINT_UNUSABLE", text, { chain }));
      await forget();
    },
    async wasTakenAway() {
      if (!isKept || store === null || (await store.isThere())) return false;
      isKept = false;
      dueMs = -Infinity;
      log.warn({ chain, what }, "checkpoint was taken away, reading anew");
      return true;
    },
  };
}
