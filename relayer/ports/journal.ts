import type { InstructionStep } from "../domain/desk/instruction-step.ts";
import type { Eid } from "../domain/eid.ts";
import type { Hex } from "../domain/hex.ts";
import type { Observation } from "../domain/world/observation.ts";

export interface ObservationEntry {
  readonly kind: "observation";
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number;
  readonly observation: Observation;
}

export interface DecisionEntry {
  readonly kind: "decision";
  readonly atMs: number;
  readonly hash: Hex;
  /** The decision's canonical JSON: what `hash` is the hash of, byte for byte. */
  readonly text: string;
}

/** A process began: nothing of an earlier one is in its memory. */
export interface StartedEntry {
  readonly kind: "started";
  readonly atMs: number;
  /** The policy's canonical text: what decisions' policy hash is the hash of. */
  readonly policy: string;
}

/** A node took a transaction with this nonce: what an earlier life of a process has sent, a later one must not send anew. */
export interface NonceEntry {
  readonly kind: "nonce";
  readonly atMs: number;
  readonly eid: Eid;
  /** The account that pays, lower case. */
  readonly wallet: Hex;
  readonly nonce: number;
  readonly txHash: Hex;
}

/** Something happened to an instruction of this relayer at a desk. Tells the story; nothing is decided by it. */
export interface InstructionEntry {
  readonly kind: "instruction";
  readonly atMs: number;
  readonly step: InstructionStep;
}

/** Starts, nonces, instructions, observations (which include transactions and their receipts) and decisions. Words are bigints and stay so. */
export type JournalEntry = StartedEntry | ObservationEntry | DecisionEntry | NonceEntry | InstructionEntry;

/**
 * Append-only record of what was seen and decided, each entry bound to the one before it. A cache (P15): the relayer never needs it to start, and a journal
 * that cannot be written never stops an action.
 */
export interface Journal {
  /** Takes entries in order. @throws RelayerError `retry` when the store refuses */
  append(entry: JournalEntry): Promise<void>;

  /**
   * Every entry from the oldest kept on, as it was appended. A torn last line, as a kill leaves it, is skipped.
   *
   * @throws RelayerError `JOURNAL_CORRUPT` at a line that cannot be read, `JOURNAL_BROKEN` at one that does not follow
   * the line before it: something was changed, put in or taken out; `JOURNAL_CUT`, behind the last entry, when lines
   * that were there are missing at the end
   */
  replay(): AsyncIterable<JournalEntry>;

  /** Writes out what was taken. */
  close(): Promise<void>;
}
