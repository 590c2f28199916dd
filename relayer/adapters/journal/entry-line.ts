import { createHash } from "node:crypto";
import { z } from "zod";

import type { Observation } from "../../domain/world/observation.ts";
import { RelayerError } from "../../errors.ts";
import type { JournalEntry } from "../../ports/journal.ts";

/** Words are bigints, which JSON does not know. No other object of ours has this key. */
const BIGINT_KEY = "$bigint";

const WallMs = z.number().nonnegative();
const LineHash = z.string().regex(/^[0-9a-f]{64}$/);

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
  "trust-changed": true,
};

/** The envelope is checked; what it holds is what this relayer wrote, and is only ever read back for analysis. */
const EntryLine = z.discriminatedUnion("kind", [
  z.strictObject({
    prev: LineHash,
    kind: z.literal("started"),
    atMs: WallMs,
    policy: z.string(),
  }),
  z.strictObject({
    prev: LineHash,
    kind: z.literal("observation"),
    atMs: WallMs,
    observation: z.looseObject({
      kind: z.enum(Object.keys(KINDS)),
    }),
  }),
  z.strictObject({
    prev: LineHash,
    kind: z.literal("decision"),
    atMs: WallMs,
    hash: z.string().regex(/^0x[0-9a-f]{64}$/),
    text: z.string(),
  }),
  z.strictObject({
    prev: LineHash,
    kind: z.literal("instruction"),
    atMs: WallMs,
    step: z.looseObject({ what: z.string(), operation: z.string(), decision: z.string(), eid: z.int().positive() }),
  }),
  z.strictObject({
    prev: LineHash,
    kind: z.literal("nonce"),
    atMs: WallMs,
    eid: z.int().positive(),
    wallet: z.string().regex(/^0x[0-9a-f]{40}$/),
    nonce: z.int().min(0),
    txHash: z.string().regex(/^0x[0-9a-f]{64}$/),
  }),
]);

/** Where a line stands. */
export interface LinePlace {
  readonly file: string;
  readonly line: number;
}

/** Stands in the first line of a journal, which follows nothing. */
export const GENESIS = "0".repeat(64);

/** One entry as one line, without its end. `previous` is {@link hashLine} of the line before it. */
export function encodeEntry(entry: JournalEntry, previous: string): string {
  return JSON.stringify({ prev: previous, ...entry }, (_, value: unknown) =>
    typeof value === "bigint" ? { [BIGINT_KEY]: `0x${value.toString(16)}` } : value,
  );
}

/** What the next line has to carry. */
export function hashLine(line: string): string {
  return createHash("sha256").update(line, "utf8").digest("hex");
}

/**
 * The entry in `line`. `previous` is the hash of the line before it, or null where that is not there any more.
 *
 * @throws RelayerError `JOURNAL_CORRUPT`, `JOURNAL_BROKEN`
 */
export function decodeEntry(line: string, previous: string | null, where: LinePlace): JournalEntry {
  const { prev, ...entry } = parseLine(line, where);
  if (previous === null || prev === previous) return entry as JournalEntry;
  throw new RelayerError("JOURNAL_BROKEN", `line ${where.line} of ${where.file} does not follow the line before it`, {
    ...where,
  });
}

function parseLine(line: string, where: LinePlace): z.output<typeof EntryLine> {
  try {
    return EntryLine.parse(JSON.parse(line, revive));
  } catch (error) {
    const text = `line ${where.line} of ${where.file} is not a journal entry`;
    throw new RelayerError("JOURNAL_CORRUPT", text, { ...where }, error);
  }
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !(BIGINT_KEY in value)) return value;
  const digits = value[BIGINT_KEY];
  return typeof digits === "string" && /^0x[0-9a-f]+$/.test(digits) ? BigInt(digits) : value;
}
