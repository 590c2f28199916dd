import { type DeltaFault, type Deltas, addDelta, createDeltas, slotOf } from "./deltas.ts";
import { addRest, applyDeltas, type Exposure, type ExposureFault, LOT_FINE } from "./exposure.ts";
import { applyVenueEvent, finaliseBook, type OnChange, rewindBook, undoBook, type VenueBook } from "./venue-book.ts";
import type { LoggedVenueEvent } from "./venue-event.ts";

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
  const fault = change(reader, (onChange) => {
    for (const { event, blockNumber } of events) applyVenueEvent(book, event, { block: blockNumber, onChange });
  });
  if (fault !== null) undoBook(book, mark, () => undefined);
  return fault;
}

/** Undoes every event of blocks after `block`. */
export function rewindVenue(reader: VenueReader, block: number): VenueFault | null {
  return change(reader, (onChange) => rewindBook(reader.book, block, onChange));
}

/** Blocks up to `block` are not undone any more. */
export function finaliseVenue({ book }: VenueReader, block: number): void {
  finaliseBook(book, block);
}

interface FineChange {
  readonly slot: number;
  readonly fine: bigint;
}

/** Carries the changes that `work` tells of into the exposure, or none of them. */
function change({ exposure, chain }: VenueReader, work: (onChange: OnChange) => void): VenueFault | null {
  const changes: FineChange[] = [];
  work((market, side, fine) => void changes.push({ slot: slotOf({ chain, market, side }), fine }));
  const deltas = createDeltas(changes.length);
  let fault: VenueFault | null = null;
  for (const one of changes) {
    const refusal = addFine(exposure, deltas, one);
    if (refusal !== null) fault ??= { kind: refusal };
  }
  fault ??= applyDeltas(exposure, deltas);
  if (fault !== null) for (const { slot, fine } of changes) addRest(exposure, slot, -fine);
  return fault;
}

function addFine(exposure: Exposure, deltas: Deltas, { slot, fine }: FineChange): DeltaFault | null {
  const isWhole = BigInt.asUintN(104, fine) === 0n;
  return addDelta(deltas, slot, isWhole ? fine / LOT_FINE : addRest(exposure, slot, fine));
}

/** A liquidation and a tear-up are one event for both sides. Only fills come in two. */
function findUnbalanced(events: readonly LoggedVenueEvent[]): UnbalancedBlock | null {
  const bought = new Map<number, bigint>();
  let block = events[0]?.blockNumber ?? 0;
  for (const { event, blockNumber } of events) {
    if (blockNumber !== block) {
      const fault = firstOf(bought, block);
      if (fault !== null) return fault;
      block = blockNumber;
      bought.clear();
    }
    if (event.kind === "traded") bought.set(event.market, (bought.get(event.market) ?? 0n) + event.sizeFine);
  }
  return firstOf(bought, block);
}

function firstOf(bought: ReadonlyMap<number, bigint>, blockNumber: number): UnbalancedBlock | null {
  for (const [market, fine] of bought) if (fine !== 0n) return { kind: "unbalanced", blockNumber, market, fine };
  return null;
}
