import { compareWithViews, type ViewDifference } from "../../domain/risk/check-views.ts";
import type { VenueFigures } from "../../domain/risk/figures.ts";
import { UNIT_FINE } from "../../domain/risk/fine.ts";
import { type RiskEngine, applyEvent, createRiskEngine, figuresOf, refresh } from "../../domain/risk/risk-engine.ts";
import type { Scenario } from "../../domain/risk/scenarios.ts";
import type { VenueFinding } from "../../domain/risk/venue-book.ts";
import type { Hex } from "../../domain/hex.ts";
import type { BlockRef } from "../../domain/world/block.ts";
import type { VenueReader } from "../../ports/venue.ts";

/** Accounts whose standing is asked of the chain with every reading: those that just changed, and in turn the others. */
const ACCOUNTS_CHECKED = 8;
/** A request, with all its retries inside the adapter. */
const REQUEST_MS = 20_000;

/** A venue brought up to some block. */
export interface VenueReading {
  readonly engine: RiskEngine;
  /** The last block whose events are applied, or null. */
  cursor: BlockRef | null;
  /** Which accounts are asked next. */
  turn: number;
}

export function startVenueReading(scenarios: readonly Scenario[]): VenueReading {
  return { engine: createRiskEngine(scenarios), cursor: null, turn: 0 };
}

/** What came of bringing a venue up to a block: figures, or what keeps them from being believed. */
export type VenueOutcome =
  | { readonly kind: "figures"; readonly figures: VenueFigures }
  | { readonly kind: "contradicted"; readonly by: readonly (VenueFinding | ViewDifference)[] };

export interface VenueAsk {
  readonly venue: VenueReader;
  readonly maxLogRange: number;
  readonly signal: AbortSignal;
}

/**
 * Applies every event up to `to`, which is final, and computes figures there. Held against the venue's own views at the
 * same block: every market, and some accounts.
 */
export async function readVenueTo(reading: VenueReading, to: BlockRef, ask: VenueAsk): Promise<VenueOutcome> {
  const { engine } = reading;
  const findings: VenueFinding[] = [];
  for (let from = nextBlock(reading, ask.venue); from <= to.number; from = nextBlock(reading, ask.venue)) {
    const end = Math.min(from + ask.maxLogRange - 1, to.number);
    const last = end === to.number ? to : await ask.venue.block(end, bound(ask));
    for (const { event } of await ask.venue.events({ from, to: end }, bound(ask))) {
      const finding = applyEvent(engine, event);
      if (finding !== null) findings.push(finding);
    }
    reading.cursor = last;
  }
  if (findings.length > 0) return { kind: "contradicted", by: findings };
  return compute(reading, to, ask);
}

async function compute(reading: VenueReading, to: BlockRef, ask: VenueAsk): Promise<VenueOutcome> {
  const { engine } = reading;
  const markets = [...engine.book.markets.keys()].filter((market) => market > 0).sort((a, b) => a - b);
  const views = await ask.venue.views(to, { markets, accounts: chooseAccounts(reading) }, bound(ask));
  const differences = compareWithViews(engine.book, views);
  if (differences.length > 0) return { kind: "contradicted", by: differences };
  refresh(engine, new Map(views.markets.map(({ market, priceX32 }) => [market, priceX32])));
  const figures: VenueFigures = {
    eid: ask.venue.eid,
    block: { number: to.number, hash: to.hash, timestamp: to.timestamp },
    shared: views.sharedFine / UNIT_FINE,
    ...(views.sharedDesk === undefined ? {} : { sharedDesk: views.sharedDesk }),
    markets: views.markets.map((market) => figuresOf(engine, market)),
  };
  return { kind: "figures", figures };
}

function nextBlock({ cursor }: VenueReading, { startBlock }: VenueReader): number {
  return cursor === null ? startBlock : cursor.number + 1;
}

function chooseAccounts(reading: VenueReading): readonly Hex[] {
  const { book, dirtyAccounts } = reading.engine;
  const changed = [...dirtyAccounts].slice(0, ACCOUNTS_CHECKED / 2);
  const all = [...book.accounts.keys()];
  const others = Array.from({ length: Math.min(ACCOUNTS_CHECKED / 2, all.length) }, () => {
    reading.turn = (reading.turn + 1) % all.length;
    return all[reading.turn];
  });
  return [...new Set([...changed, ...others.filter((account) => account !== undefined)])];
}

function bound({ signal }: VenueAsk): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]);
}
