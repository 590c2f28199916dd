import { redactFacts, redactText } from "./redaction.ts";

/**
 * What becomes of the work when an error surfaces. Every error names its fate where it is thrown, because only there
 * is it known.
 *
 * - `retry`: may succeed later (timeout, nonce race, Redis away).
 * - `drop`: never will (malformed job, directive refused by the contract). Kept and counted, not repeated.
 * - `halt`: going on would do harm (wrong chain behind a URL). The process stops.
 */
export type Fate = "retry" | "drop" | "halt";

interface CatalogueEntry {
  readonly code: `CRD-${number}`;
  readonly fate: Fate;
  readonly meaning: string;
}

/**
 * Codes are public: alerts and runbooks refer to them. Append, never reuse a number; `docs/errors.md` is generated
 * from here. 1xx configuration, 2xx chain and RPC, 3xx transaction, 4xx queue, 5xx store, 6xx domain, 7xx
 * peers, 999 unexpected.
 */
export const CATALOGUE = {
  CONFIG_INVALID: {
    code: "CRD-100",
    fate: "halt",
    meaning: "The configuration breaks its schema or contradicts itself.",
  },
  CONFIG_UNREADABLE: { code: "CRD-101", fate: "halt", meaning: "The configuration file is missing or is not JSON." },
  SERVER_UNAVAILABLE: { code: "CRD-102", fate: "retry", meaning: "The port of the HTTP server is taken." },
  KEY_SHARED: {
    code: "CRD-103",
    fate: "halt",
    meaning: "Another node works with the same operator key or the same wallet.",
  },
  SERVER_SILENT: { code: "CRD-110", fate: "retry", meaning: "No relayer answers at the address that a verb asks." },

  CHAIN_UNKNOWN: { code: "CRD-200", fate: "drop", meaning: "No configured chain has this endpoint id." },
  CHAIN_MISMATCH: {
    code: "CRD-201",
    fate: "halt",
    meaning: "The node behind a URL serves another chain than configured.",
  },
  HUB_MISMATCH: { code: "CRD-202", fate: "halt", meaning: "The hub address holds no hub of this mesh." },
  RPC_UNAVAILABLE: { code: "CRD-203", fate: "retry", meaning: "A node did not answer in time, or not at all." },
  RPC_LIMITED: { code: "CRD-204", fate: "retry", meaning: "A node refuses for now: too many requests." },
  RPC_REFUSED: { code: "CRD-205", fate: "retry", meaning: "A node answered a request with an error." },
  RPC_MALFORMED: { code: "CRD-206", fate: "retry", meaning: "A node answered something that cannot be read." },
  BLOCK_MISSING: { code: "CRD-207", fate: "retry", meaning: "A node does not have a block that it should have." },
  BLOCK_REPLACED: {
    code: "CRD-208",
    fate: "retry",
    meaning: "The block that a read was pinned to is no longer in the chain.",
  },
  EVENTS_MISSING: { code: "CRD-209", fate: "retry", meaning: "Hub events have a gap: a node withheld logs." },

  ENDPOINTS_DISAGREE: {
    code: "CRD-210",
    fate: "retry",
    meaning: "Too few endpoints of a chain say the same of a finalised block; nothing is extended on its word.",
  },
  BEYOND_FINALITY: {
    code: "CRD-211",
    fate: "retry",
    meaning: "A chain took back what it had called final. Its guard stays until a person acknowledges it.",
  },

  ENDPOINT_STRAYED: {
    code: "CRD-212",
    fate: "retry",
    meaning: "An endpoint that served the chain serves something else now; it is passed over until it does again.",
  },

  HUB_REPORTS: {
    code: "CRD-213",
    fate: "drop",
    meaning:
      "A hub says that it refused, could not send or could not push something, or that a peer's configuration differs.",
  },

  TX_REVERTED: { code: "CRD-300", fate: "drop", meaning: "The hub reverted the transaction." },
  TX_REFUSED: { code: "CRD-301", fate: "retry", meaning: "A node did not take the transaction." },
  NONCE_CONFLICT: {
    code: "CRD-302",
    fate: "retry",
    meaning: "The nonce was taken by another transaction of this wallet.",
  },
  FEE_TOO_LOW: { code: "CRD-303", fate: "retry", meaning: "The offered fee is below what the node accepts." },
  WALLET_EMPTY: { code: "CRD-304", fate: "retry", meaning: "The wallet cannot pay for the transaction on this chain." },
  FEE_UNKNOWN: { code: "CRD-305", fate: "retry", meaning: "No head of this chain has been seen, so no fee is known." },
  WALLET_MISSING: {
    code: "CRD-306",
    fate: "drop",
    meaning: "The relayer observes only: it has no wallet to send from.",
  },
  ACTION_EXHAUSTED: {
    code: "CRD-307",
    fate: "drop",
    meaning: "An action was sent as often as allowed and never seen on chain.",
  },
  REPLACEMENT_REFUSED: {
    code: "CRD-308",
    fate: "retry",
    meaning: "A node wants a higher price before it replaces a transaction of the same nonce.",
  },
  WALLET_RESERVED: {
    code: "CRD-309",
    fate: "retry",
    meaning: "What is left in the wallet on this chain is kept for halts.",
  },
  INSTRUCTION_REFUSED: {
    code: "CRD-310",
    fate: "retry",
    meaning: "An operators' desk, or its venue, would refuse an instruction as things stand; nothing was sent.",
  },
  SENSOR_REVERTS: {
    code: "CRD-321",
    fate: "retry",
    meaning:
      "A sensor reverts whenever it is poked: whatever it watches trips nothing. Look at its market and its grant.",
  },
  PACKET_UNDELIVERED: {
    code: "CRD-320",
    fate: "drop",
    meaning: "A verified packet failed as often as allowed; the delegate of its hub decides.",
  },

  JOB_MALFORMED: { code: "CRD-400", fate: "drop", meaning: "A job in Redis does not have the shape of an action." },
  QUEUE_UNAVAILABLE: {
    code: "CRD-401",
    fate: "retry",
    meaning: "Redis does not answer. Urgent actions do not need it.",
  },
  QUEUE_REFUSED: { code: "CRD-402", fate: "drop", meaning: "The queue refuses a job as it is." },
  ACTION_OPEN: {
    code: "CRD-403",
    fate: "retry",
    meaning: "The state that an action is for is not on chain yet; its job looks again.",
  },

  JOURNAL_UNAVAILABLE: { code: "CRD-500", fate: "retry", meaning: "The journal cannot be written or read." },
  JOURNAL_CORRUPT: {
    code: "CRD-501",
    fate: "drop",
    meaning: "A line of the journal, not the last one, cannot be read.",
  },
  JOURNAL_BROKEN: {
    code: "CRD-510",
    fate: "drop",
    meaning: "A line of the journal does not follow the one before it: something was changed, put in or taken out.",
  },
  JOURNAL_CUT: {
    code: "CRD-511",
    fate: "drop",
    meaning: "The journal ends before a line that was on the disk: lines were cut from its end.",
  },

  GUARDS_UNREADABLE: {
    code: "CRD-503",
    fate: "retry",
    meaning: "The file of guards cannot be read: every chain's finality is doubted until it can.",
  },
  GUARDS_UNWRITABLE: {
    code: "CRD-504",
    fate: "retry",
    meaning: "A guard cannot be written; it holds in this process, and would be lost with it.",
  },
  PURSES_UNREADABLE: {
    code: "CRD-505",
    fate: "retry",
    meaning: "Nobody can tell what errands have cost today: until midnight UTC only messages are carried.",
  },
  PURSES_UNWRITABLE: {
    code: "CRD-506",
    fate: "retry",
    meaning: "What an errand costs cannot be written down: only messages are carried until it can.",
  },

  CHECKPOINT_UNUSABLE: {
    code: "CRD-507",
    fate: "drop",
    meaning: "Where an earlier process left off is not as it was written, or of no final block; it is read anew.",
  },
  CHECKPOINT_UNWRITABLE: {
    code: "CRD-508",
    fate: "retry",
    meaning: "How far a history was read cannot be written down; the next start reads it again.",
  },

  EVENT_IMPOSSIBLE: {
    code: "CRD-600",
    fate: "retry",
    meaning:
      "What follows from a venue's events is not what the venue says: it is read again, and no figures meanwhile.",
  },
  DECISION_INVALID: {
    code: "CRD-601",
    fate: "drop",
    meaning: "A decision asks for something that no hub would accept.",
  },

  PEER_UNAVAILABLE: { code: "CRD-700", fate: "retry", meaning: "A peer did not answer in time, or not at all." },
  PEER_MALFORMED: { code: "CRD-701", fate: "drop", meaning: "A peer sent something that cannot be read." },
  PEER_LIED: {
    code: "CRD-702",
    fate: "drop",
    meaning: "A peer gave a signature that is not its own over this directive, or another's name as its own.",
  },
  PEER_DENIED: { code: "CRD-703", fate: "drop", meaning: "A peer does not take requests from this node." },
  REQUEST_DENIED: {
    code: "CRD-704",
    fate: "drop",
    meaning: "A request that is not a peer's, or not for this node, or not of now, or here for the second time.",
  },
  QUORUM_MISSING: {
    code: "CRD-705",
    fate: "retry",
    meaning: "Too few operators signed: what only a quorum may do is not done yet.",
  },

  UNEXPECTED: { code: "CRD-999", fate: "retry", meaning: "A failure that nobody gave a code to. A bug." },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorName = keyof typeof CATALOGUE;

/** How many causes below an error are kept. */
const MAX_CAUSES = 5;

/**
 * The only error that relayer code throws. Everything it holds has been redacted: messages of drivers carry whole URLs.
 */
export class RelayerError extends Error {
  override readonly name: ErrorName;
  readonly code: CatalogueEntry["code"];
  readonly fate: Fate;
  /** Facts for the log line. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(name: ErrorName, message: string, facts: Record<string, unknown> = {}, cause?: unknown) {
    const kept = cause === undefined ? undefined : keepCause(cause, MAX_CAUSES);
    super(redactText(message), kept === undefined ? undefined : { cause: kept });
    this.name = name;
    this.code = CATALOGUE[name].code;
    this.fate = CATALOGUE[name].fate;
    this.facts = redactFacts(facts);
  }

  /** Gives a foreign error a code. For what no adapter has mapped where it entered. */
  static from(error: unknown): RelayerError {
    if (error instanceof RelayerError) return error;
    return new RelayerError("UNEXPECTED", error instanceof Error ? error.message : String(error), {}, error);
  }
}

/** What a log line says about an error. */
export interface ErrorRecord {
  readonly class: string;
  readonly code?: string;
  readonly fate?: Fate;
  readonly message: string;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly causes?: readonly string[];
  readonly stack?: string;
}

/** Turns any error into what may be logged. The stack is kept only where nobody expected the error. */
export function describeError(error: unknown): ErrorRecord {
  const known = RelayerError.from(error);
  const causes = listCauses(known);
  return {
    class: known.name,
    code: known.code,
    fate: known.fate,
    message: known.message,
    ...(Object.keys(known.facts).length > 0 ? { facts: known.facts } : {}),
    ...(causes.length > 0 ? { causes } : {}),
    ...(known.name === "UNEXPECTED" ? { stack: stackOf(known) } : {}),
  };
}

/** A driver's error, stripped to text: drivers hang requests, URLs and keys on theirs. */
class ForeignError extends Error {
  constructor(error: Error, depth: number) {
    const cause = error.cause === undefined ? undefined : keepCause(error.cause, depth - 1);
    super(redactText(error.message), cause === undefined ? undefined : { cause });
    this.name = redactText(error.name);
    this.stack = redactText(error.stack ?? "");
  }
}

function keepCause(cause: unknown, depth: number): Error | undefined {
  if (depth <= 0) return undefined;
  if (cause instanceof RelayerError || cause instanceof ForeignError) return cause;
  return new ForeignError(cause instanceof Error ? cause : new Error(String(cause)), depth);
}

function listCauses(error: Error): string[] {
  const causes: string[] = [];
  let next = error.cause;
  while (next instanceof Error && causes.length < MAX_CAUSES) {
    causes.push(`${next.name}: ${next.message}`);
    next = next.cause;
  }
  return causes;
}

/** Where it broke, not where it was given a code. */
function stackOf(error: Error): string {
  const origin = error.cause instanceof Error ? error.cause : error;
  return origin.stack ?? "";
}
