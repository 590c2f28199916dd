import type { Hex } from "../hex.ts";
import { MARKETS } from "../incident/posture.ts";
import { type DeltaFault, SIDES, SLOTS_PER_CHAIN, addDelta, createDeltas, slotOf } from "../exposure/deltas.ts";
import { addRest, applyDeltas, type Exposure, type ExposureFault } from "../exposure/exposure.ts";
import { sumAnew } from "../exposure/recompute.ts";
import { applyVenueEvent } from "./apply-event.ts";
import { fineOfSize } from "./fine.ts";
import { sideSize } from "./market-book.ts";
import { beginBlock, finaliseBook, undoBlocks } from "./undo.ts";
import type { BlockImages, VenueBook, VenueFinding } from "./venue-book.ts";
import type { VenueEvent } from "./venue-event.ts";

/** The events of one block, in chain order. */
export interface VenueBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly events: readonly VenueEvent[];
}

/** The events of a block cannot be all there are: what was bought in a market is not what was sold. */
export interface UnbalancedBlock {
  readonly kind: "unbalanced";
  readonly blockNumber: number;
  readonly market: number;
  /** Bought less sold, in fine size. */
  readonly fine: bigint;
}

export type VenueFault = VenueFinding | UnbalancedBlock | ExposureFault | { readonly kind: DeltaFault };

/** One chain's venue and the column of the mesh's exposure that it fills. */
export interface VenueColumn {
  readonly exposure: Exposure;
  /** The chain's place in the exposure's shape. */
  readonly chain: number;
  readonly book: VenueBook;
}

/** Faults that are told of one call: the first say what is wrong, and a book that is wrong contradicts every event. */
const FAULTS_MAX = 16;

/**
 * Folds whole blocks of events, in chain order, into book and exposure, or nothing of them.
 *
 * @returns what is wrong with them, empty when nothing is
 */
export function reduceVenueBlocks(column: VenueColumn, blocks: readonly VenueBlock[]): readonly VenueFault[] {
  const { book } = column;
  const mark = book.blocks.length;
  const faults: VenueFault[] = [];
  for (const block of blocks) {
    beginBlock(book, block.number);
    reduceBlock(book, block, faults);
    if (faults.length >= FAULTS_MAX) break;
  }
  if (faults.length === 0) {
    const fault = carry(column, sizesBefore(book.blocks.slice(mark)));
    if (fault === null) return [];
    faults.push(fault);
  }
  undoBlocks(book, mark);
  return faults;
}

/** Undoes every event of blocks after `block`. */
export function rewindVenue(column: VenueColumn, block: number): VenueFault | null {
  const { book } = column;
  const kept = book.blocks.findLastIndex(({ number }) => number <= block) + 1;
  const before = new Map<number, readonly [bigint, bigint]>();
  for (const [number] of sizesBefore(book.blocks.slice(kept))) before.set(number, sizesOf(book, number));
  undoBlocks(book, kept);
  return carry(column, before);
}

/** Blocks up to `block` are not undone any more. */
export function finaliseVenue({ book }: VenueColumn, block: number): void {
  finaliseBook(book, block);
}

/** Takes the chain's column out of the exposure, whatever stands in it: its venue is read anew. */
export function clearColumn({ exposure, chain }: Omit<VenueColumn, "book">): void {
  const from = chain * SLOTS_PER_CHAIN;
  exposure.cells.fill(0n, from, from + SLOTS_PER_CHAIN);
  for (let slot = from; slot < from + SLOTS_PER_CHAIN; slot += 1) exposure.rests.delete(slot);
  sumAnew(exposure);
}

/** Puts a whole book, of a column that stands empty, into the exposure. @returns why that is not possible, or null */
export function fillColumn(column: VenueColumn): VenueFault | null {
  return carry(column, new Map([...column.book.markets.keys()].map((market) => [market, [0n, 0n]])));
}

/**
 * Both legs of every fill tell the same size, so a leg that is hidden shows at once. A liquidation and a tear-up are one
 * event for both sides.
 */
function reduceBlock(book: VenueBook, { number, events }: VenueBlock, faults: VenueFault[]): void {
  const lots = new Float64Array(MARKETS);
  const rests = new Map<number, bigint>();
  for (const event of events) {
    const finding = applyVenueEvent(book, event);
    if (finding !== null && faults.length < FAULTS_MAX) faults.push(finding);
    if (event.kind !== "traded") continue;
    lots[event.market] = (lots[event.market] ?? 0) + event.lots;
    if (event.restFine !== 0n) rests.set(event.market, (rests.get(event.market) ?? 0n) + event.restFine);
  }
  for (let market = 0; market < MARKETS; market += 1) {
    const restFine = rests.get(market) ?? 0n;
    if (lots[market] === 0 && restFine === 0n) continue;
    const fine = fineOfSize({ lots: lots[market] ?? 0, restFine });
    if (fine !== 0n) faults.push({ kind: "unbalanced", blockNumber: number, market, fine });
  }
}

/** Sizes of both sides, long first, before `blocks`, of every market that changed in one of them. */
function sizesBefore(blocks: readonly BlockImages[]): Map<number, readonly [bigint, bigint]> {
  const sizes = new Map<number, readonly [bigint, bigint]>();
  for (const { images } of blocks) {
    for (const image of images) {
      if (image.of === "new-market" && !sizes.has(image.market)) sizes.set(image.market, [0n, 0n]);
      if (image.of !== "market" || sizes.has(image.before.market)) continue;
      sizes.set(image.before.market, [sideSize(image.before.longs), sideSize(image.before.shorts)]);
    }
  }
  return sizes;
}

/** Fine size of both sides of a market, long first. */
export function sizesOf(book: VenueBook, number: number): readonly [long: bigint, short: bigint] {
  const market = book.markets.get(number);
  return market === undefined ? [0n, 0n] : [sideSize(market.longs), sideSize(market.shorts)];
}

/** Carries what sides changed by, from `before` until now, into the exposure, or none of it. */
function carry(
  { exposure, chain, book }: VenueColumn,
  before: ReadonlyMap<number, readonly [bigint, bigint]>,
): VenueFault | null {
  const deltas = createDeltas(before.size * SIDES.length);
  const rests: { readonly slot: number; readonly fine: bigint }[] = [];
  let refusal: DeltaFault | null = null;
  for (const [market, sizes] of before) {
    const now = sizesOf(book, market);
    for (const [index, side] of SIDES.entries()) {
      const fine = (now[index] ?? 0n) - (sizes[index] ?? 0n);
      if (fine === 0n) continue;
      const slot = slotOf({ chain, market, side });
      const lots = addRest(exposure, slot, fine);
      rests.push({ slot, fine });
      refusal ??= addDelta(deltas, slot, lots);
    }
  }
  const fault = refusal === null ? applyDeltas(exposure, deltas) : { kind: refusal };
  if (fault !== null) for (const { slot, fine } of rests) addRest(exposure, slot, -fine);
  return fault;
}
