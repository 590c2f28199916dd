import { z } from "zod";

import type { Observation } from "../../domain/world/observation.ts";
import { RelayerError } from "../../errors.ts";
import type { JournalEntry } from "../../ports/journal.ts";

/** Words are bigints, which JSON does not know. No other object of ours has this key. */
const BIGINT_KEY = "$bigint";

const WallMs = z.number().nonnegative();

/** A record, so that a kind that is missing here does not compile. */
const KINDS: Readonly<Record<Observation["kind"], true>> = {
  "snapshot-taken": true,
  "blocks-read": true,
  finalised: true,
  rewound: true,
  resynchronised: true,
  "action-opened": true,
  "action-sent": true,
  "action-mined": true,
  "action-abandoned": true,
  "venue-seen": true,
};

/** The envelope is checked; what it holds is what this relayer wrote, and is only ever read back for analysis. */
const EntryLine = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("observation"),
    atMs: WallMs,
    observation: z.looseObject({
      kind: z.enum(Object.keys(KINDS)),
    }),
  }),
  z.strictObject({
    kind: z.literal("decision"),
    atMs: WallMs,
    hash: z.string().regex(/^0x[0-9a-f]{64}$/),
    text: z.string(),
  }),
]);

/** One entry as one line, without its end. */
export function encodeEntry(entry: JournalEntry): string {
  return JSON.stringify(entry, (_, value: unknown) =>
    typeof value === "bigint" ? { [BIGINT_KEY]: `0x${value.toString(16)}` } : value,
  );
}

/** @throws RelayerError `JOURNAL_CORRUPT` */
export function decodeEntry(line: string, where: { readonly file: string; readonly line: number }): JournalEntry {
  try {
    return EntryLine.parse(JSON.parse(line, revive)) as JournalEntry;
  } catch (error) {
    throw new RelayerError(
      "JOURNAL_CORRUPT",
      `line ${where.line} of ${where.file} is not a journal entry`,
      where,
      error,
    );
  }
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !(BIGINT_KEY in value)) return value;
  const digits = value[BIGINT_KEY];
  return typeof digits === "string" && /^0x[0-9a-f]+$/.test(digits) ? BigInt(digits) : value;
}
