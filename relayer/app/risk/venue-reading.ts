import type { Hex } from "../../domain/hex.ts";
import { createExposure } from "../../domain/exposure/exposure.ts";
import type { SumFault } from "../../domain/exposure/recompute.ts";
import type { VenueFigures } from "../../domain/risk/figures.ts";
import { type RiskEngine, createRiskEngine, figuresOf, recheckStress, refresh } from "../../domain/risk/risk-engine.ts";
import type { Scenario } from "../../domain/risk/scenarios.ts";
import { type BookDifference, recheckColumn } from "../../domain/venue/check-book.ts";
import { compareWithViews, type ViewDifference } from "../../domain/venue/check-views.ts";
import { UNIT_FINE } from "../../domain/venue/fine.ts";
import {
  clearColumn,
  fillColumn,
  finaliseVenue,
  reduceVenueBlocks,
  rewindVenue,
  type VenueColumn,
  type VenueFault,
} from "../../domain/venue/reduce-venue.ts";
import { bookOfPlain } from "../../domain/venue/plain-book.ts";
import { createVenueBook } from "../../domain/venue/venue-book.ts";
import type { BlockRef } from "../../domain/world/block.ts";
import { RelayerError } from "../../errors.ts";
import type { VenueCheckpoint } from "../../ports/checkpoints.ts";
import type { VenueReader } from "../../ports/venue.ts";

/** A request, with all its retries inside the adapter. */
const REQUEST_MS = 20_000;
/** Accounts that are asked before figures of what was taken over from an earlier process are believed. */
const ACCOUNTS_OF_PROOF = 256;
/** Blocks at which the venue's views agreed that can be gone back to. What is older cannot be undone any more. */
const STOPS_KEPT = 4;

/** A venue brought up to some block. */
export interface VenueReading {
  readonly column: VenueColumn;
  readonly engine: RiskEngine;
  /** The last block whose events are applied, or null. */
  cursor: BlockRef | null;
  /** Blocks at which events and views agreed, oldest first: all that can be gone back to. */
  stops: readonly BlockRef[];
  /** Which accounts are asked next. */
  turn: number;
  /** False while what it was taken over from is no more than a hint: nothing of it was held against the chain yet. */
  isProven: boolean;
}

/** A chain's place in the exposure of the mesh. */
export type Place = Omit<VenueColumn, "book">;

/** Of a mesh of one. */
export const alone = (): Place => ({ exposure: createExposure(1), chain: 0 });

/** Begins with nothing. What stood at `place` before is forgotten. */
export function startVenueReading(scenarios: readonly Scenario[], place: Place): VenueReading {
  clearColumn(place);
  const book = createVenueBook();
  const engine = createRiskEngine(book, scenarios);
  return { column: { ...place, book }, engine, cursor: null, stops: [], turn: 0, isProven: true };
}

/**
 * Goes on from where an earlier process left off. Everything of it is summed anew and held against the venue's views
 * before the first figures, as far as views tell; null where it is no book, or cannot be put into the exposure.
 */
export function resumeVenueReading(
  { at, book: plain }: VenueCheckpoint,
  scenarios: readonly Scenario[],
  place: Place,
): VenueReading | null {
  clearColumn(place);
  const book = bookOfPlain(plain);
  if (book === null) return null;
  const column = { ...place, book };
  if (fillColumn(column) !== null) return null;
  const engine = createRiskEngine(book, scenarios);
  return { column, engine, cursor: at, stops: [], turn: 0, isProven: false };
}

/** What contradicts what: events themselves, events and the venue's views, or what was brought forward and what is summed anew. */
export type Contradiction = VenueFault | ViewDifference | BookDifference | SumFault | StressDifference;

/** Stressed loss brought forward was another than computed anew. */
export interface StressDifference {
  readonly what: "stress";
  readonly markets: readonly number[];
}

/** What came of bringing a venue up to a block: figures, or what keeps them from being believed. */
export type VenueOutcome =
  | { readonly kind: "figures"; readonly figures: VenueFigures }
  | { readonly kind: "contradicted"; readonly by: readonly Contradiction[] };

export interface VenueAsk {
  readonly venue: VenueReader;
  readonly maxLogRange: number;
  /** Accounts whose standing is asked of the chain with every reading: those that just changed, and in turn the others. */
  readonly accountsChecked: number;
  readonly signal: AbortSignal;
}

/**
 * Applies every event up to `to`, which is final, and computes figures there. Held against the venue's own views at the
 * same block: every market, and some accounts.
 *
 * @throws RelayerError `BLOCK_REPLACED` when what is read does not hang on to what was, and what a request throws
 */
export async function readVenueTo(reading: VenueReading, to: BlockRef, ask: VenueAsk): Promise<VenueOutcome> {
  const { column } = reading;
  for (let from = nextBlock(reading, ask.venue); from <= to.number; from = nextBlock(reading, ask.venue)) {
    const end = Math.min(from + ask.maxLogRange - 1, to.number);
    const { parentHash, last, blocks } = await ask.venue.span({ from, to: end }, bound(ask));
    const isContinued = reading.cursor === null || reading.cursor.hash === parentHash;
    if (!isContinued || (end === to.number && last.hash !== to.hash)) {
      throw new RelayerError("BLOCK_REPLACED", `${ask.venue.name} changed while its venue was read`, { from, to: end });
    }
    const faults = reduceVenueBlocks(column, blocks);
    if (faults.length > 0) return { kind: "contradicted", by: faults };
    reading.cursor = last;
    if (reading.stops.length === 0) finaliseVenue(column, last.number);
  }
  return compute(reading, to, ask);
}

async function compute(reading: VenueReading, to: BlockRef, ask: VenueAsk): Promise<VenueOutcome> {
  const { engine, column } = reading;
  const markets = [...column.book.markets.keys()].filter((market) => market > 0).sort((a, b) => a - b);
  const { isProven } = reading;
  const accounts = chooseAccounts(reading, isProven ? ask.accountsChecked : ACCOUNTS_OF_PROOF);
  const views = await ask.venue.views(to, { markets, accounts }, bound(ask));
  const differences = compareWithViews(column.book, views);
  if (differences.length > 0) return { kind: "contradicted", by: differences };
  refresh(engine, new Map(views.markets.map(({ market, priceX32 }) => [market, priceX32])));
  const wrong = isProven ? [] : recheckReading(reading);
  if (wrong.length > 0) return { kind: "contradicted", by: wrong };
  reading.isProven = true;
  reading.stops = [...reading.stops.filter(({ hash }) => hash !== to.hash), to].slice(-STOPS_KEPT);
  finaliseVenue(column, reading.stops[0]?.number ?? to.number);
  const figures: VenueFigures = {
    eid: ask.venue.eid,
    block: { number: to.number, hash: to.hash, timestamp: to.timestamp },
    shared: views.sharedFine / UNIT_FINE,
    ...(views.sharedDesk === undefined ? {} : { sharedDesk: views.sharedDesk }),
    markets: views.markets.map((market) => figuresOf(engine, market)),
  };
  return { kind: "figures", figures };
}

/**
 * Undoes everything after `stop`, one of the reading's.
 *
 * @returns whether that was possible
 */
export function goBackTo(reading: VenueReading, stop: BlockRef): boolean {
  const at = reading.stops.findIndex(({ hash }) => hash === stop.hash);
  if (at < 0 || rewindVenue(reading.column, stop.number) !== null) return false;
  reading.cursor = stop;
  reading.stops = reading.stops.slice(0, at + 1);
  return true;
}

/** Sums everything anew that is brought forward, and compares. Looks at every position. */
export function recheckReading({ column, engine }: VenueReading): readonly Contradiction[] {
  const markets = recheckStress(engine);
  const stress: readonly StressDifference[] = markets.length === 0 ? [] : [{ what: "stress", markets }];
  return [...recheckColumn(column), ...stress];
}

function nextBlock({ cursor }: VenueReading, { startBlock }: VenueReader): number {
  return cursor === null ? startBlock : cursor.number + 1;
}

function chooseAccounts(reading: VenueReading, most: number): readonly Hex[] {
  const { accounts: known, changed } = reading.column.book;
  const recent = [...changed.accounts].slice(0, Math.ceil(most / 2));
  const all = [...known.keys()];
  const others = Array.from({ length: Math.min(most - recent.length, all.length) }, () => {
    reading.turn = (reading.turn + 1) % all.length;
    return all[reading.turn];
  });
  return [...new Set([...recent, ...others.filter((account) => account !== undefined)])];
}

function bound({ signal }: VenueAsk): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]);
}
