import { MARKETS } from "../incident/posture.ts";
import { type DeltaFault, addDelta, createDeltas, slotOf } from "./deltas.ts";
import { addRest, applyDeltas, type Exposure, type ExposureFault } from "./exposure.ts";
import { applyVenueEvent, finaliseBook, type OnChange, rewindBook, undoBook, type VenueBook } from "./venue-book.ts";
import { fineOfSize, type LoggedVenueEvent, type Traded, type VenueEvent } from "./venue-event.ts";

/** The events of a block cannot be all there are: what was bought in a market is not what was sold. */
export interface UnbalancedBlock {
  readonly kind: "unbalanced";
  readonly blockNumber: number;
  readonly market: number;
  /** Bought less sold, in fine size. */
  readonly fine: bigint;
}

export type VenueFault = UnbalancedBlock | ExposureFault | { readonly kind: DeltaFault };

/** One chain's venue and the column of the mesh's exposure that it fills. */
export interface VenueReader {
  readonly exposure: Exposure;
  /** The chain's place in the exposure's shape. */
  readonly chain: number;
  readonly book: VenueBook;
}

/**
 * Folds whole blocks of events, in chain order, into book and exposure, or nothing of them. Both legs of every fill tell
 * the same size, so a leg that is hidden shows at once.
 */
export function reduceVenueEvents(reader: VenueReader, events: readonly LoggedVenueEvent[]): VenueFault | null {
  const unbalanced = findUnbalanced(events);
  if (unbalanced !== null) return unbalanced;
  const { book } = reader;
  const mark = book.undo.length;
  const fault = change(reader, countChanges(events), (onChange) => {
    for (const { event, blockNumber } of events) applyVenueEvent(book, event, { block: blockNumber, onChange });
  });
  if (fault !== null) undoBook(book, mark, () => undefined);
  return fault;
}

/** Undoes every event of blocks after `block`. */
export function rewindVenue(reader: VenueReader, block: number): VenueFault | null {
  return change(reader, reader.book.undo.length, (onChange) => rewindBook(reader.book, block, onChange));
}

/** Blocks up to `block` are not undone any more. */
export function finaliseVenue({ book }: VenueReader, block: number): void {
  finaliseBook(book, block);
}

/** Carries the changes that `work` tells of into the exposure, or none of them. There are `most` of them at the most. */
function change({ exposure, chain }: VenueReader, most: number, work: (onChange: OnChange) => void): VenueFault | null {
  const deltas = createDeltas(most);
  const rests: { readonly slot: number; readonly restFine: bigint }[] = [];
  let refusal: DeltaFault | null = null;
  work(({ market, side, lots, restFine }) => {
    const slot = slotOf({ chain, market, side });
    if (restFine !== 0n) rests.push({ slot, restFine });
    const carried = restFine === 0n ? lots : lots + addRest(exposure, slot, restFine);
    refusal ??= addDelta(deltas, slot, carried);
  });
  const fault = refusal === null ? applyDeltas(exposure, deltas) : { kind: refusal };
  if (fault !== null) for (const { slot, restFine } of rests) addRest(exposure, slot, -restFine);
  return fault;
}

/** How many changes of sides an event makes at the most: each leg closes and opens; a default closes in every market. */
const CHANGES: Readonly<Record<VenueEvent["kind"], number>> = {
  traded: 2,
  liquidated: 4,
  defaulted: MARKETS,
  "torn-up": 1,
};

function countChanges(events: readonly LoggedVenueEvent[]): number {
  return events.reduce((sum, { event }) => sum + CHANGES[event.kind], 0);
}

/** A liquidation and a tear-up are one event for both sides. Only fills come in two. */
function findUnbalanced(events: readonly LoggedVenueEvent[]): UnbalancedBlock | null {
  let bought = new Map<number, bigint>();
  let open: { readonly blockNumber: number; readonly event: Traded } | null = null;
  let block = events[0]?.blockNumber ?? 0;
  for (const { event, blockNumber } of events) {
    if (blockNumber !== block) {
      const fault = firstOf(bought, open, block);
      if (fault !== null) return fault;
      [block, open, bought] = [blockNumber, null, new Map()];
    }
    if (event.kind !== "traded") continue;
    // The two legs of a fill are neighbours: only what is not like that has to be summed up.
    if (open !== null && isOpposite(open.event, event)) {
      open = null;
      continue;
    }
    if (open !== null) addBought(bought, open.event);
    open = { blockNumber, event };
  }
  return firstOf(bought, open, block);
}

function isOpposite(a: Traded, b: Traded): boolean {
  if (a.market !== b.market) return false;
  if (a.restFine === 0n && b.restFine === 0n) return a.lots === -b.lots;
  return fineOfSize(a) === -fineOfSize(b);
}

function addBought(bought: Map<number, bigint>, event: Traded): void {
  bought.set(event.market, (bought.get(event.market) ?? 0n) + fineOfSize(event));
}

function firstOf(
  bought: Map<number, bigint>,
  open: { readonly event: Traded } | null,
  blockNumber: number,
): UnbalancedBlock | null {
  if (open !== null) addBought(bought, open.event);
  for (const [market, fine] of bought) if (fine !== 0n) return { kind: "unbalanced", blockNumber, market, fine };
  return null;
}
