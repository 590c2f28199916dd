import { type Replay, replayEntry, startReplay } from "../../domain/timeline/replay.ts";
import { RelayerError } from "../../errors.ts";
import type { Hasher } from "../../ports/hasher.ts";
import type { Journal } from "../../ports/journal.ts";

/**
 * Folds the whole journal as the relayer did, and makes each of its decisions again.
 *
 * @throws RelayerError `JOURNAL_CORRUPT`, `JOURNAL_BROKEN`, `JOURNAL_UNAVAILABLE`
 */
export async function replayJournal(journal: Pick<Journal, "replay">, hasher: Hasher): Promise<ReplayedJournal> {
  let replay = startReplay();
  try {
    for await (const entry of journal.replay()) {
      replay = replayEntry(replay, entry, (text) => hasher.keccakUtf8(text));
    }
  } catch (error) {
    const known = RelayerError.from(error);
    if (known.name !== "JOURNAL_CUT") throw error;
    return { ...replay, cut: known };
  }
  return { ...replay, cut: null };
}

/** A replay of all that is there. */
export interface ReplayedJournal extends Replay {
  /** That lines were cut from the journal's end, and where; null where none are missing. */
  readonly cut: RelayerError | null;
}

/** A decision's text, and the text of the policy that was in force when it was written down. */
export interface FoundDecision {
  readonly text: string;
  readonly policy: string | null;
}

/** Looks for the decision whose hash begins with `id`. @throws RelayerError like {@link replayJournal} */
export async function findDecision(journal: Pick<Journal, "replay">, id: string): Promise<FoundDecision | null> {
  let policy: string | null = null;
  for await (const entry of journal.replay()) {
    if (entry.kind === "started") policy = entry.policy;
    if (entry.kind === "decision" && entry.hash.startsWith(id.toLowerCase())) return { text: entry.text, policy };
  }
  return null;
}
