import type { DeskReport } from "../domain/desk/desk-report.ts";
import type { Eid } from "../domain/eid.ts";
import type { Hex } from "../domain/hex.ts";
import type { MarketReading } from "../domain/risk/risk-engine.ts";
import type { MarketViews, StandingView } from "../domain/venue/check-views.ts";
import type { VenueBlock } from "../domain/venue/reduce-venue.ts";
import type { BlockRef } from "../domain/world/block.ts";
import type { BlockRange } from "./chain.ts";

/** What a venue's own views say at one block. */
export interface VenueViews {
  /** Of the markets that were asked for and have a price; the others are left out. */
  readonly markets: readonly (MarketViews & MarketReading)[];
  /** Of the operators' desk, about the shared fund. Absent where there is no desk. */
  readonly sharedDesk?: DeskReport;
  /** Of the accounts that were asked for. Empty when a price that one of them needs is missing. */
  readonly standings: readonly StandingView[];
  /** Fine cash of the shared fund. */
  readonly sharedFine: bigint;
}

/** A range of blocks as one node tells it. */
export interface VenueSpan {
  /** Hash of the block before the first: where the range hangs on to what was read before. */
  readonly parentHash: Hex;
  /** The last block of the range. */
  readonly last: BlockRef;
  /** Blocks that hold events which anything rebuilt follows from, in chain order. */
  readonly blocks: readonly VenueBlock[];
}

/**
 * One chain's clearing house, to be read. Implemented by `adapters/evm` and, in tests, by `FakeVenue`. Every method
 * rejects with a `RelayerError` of fate `retry` when the node failed, within a bounded time.
 */
export interface VenueReader {
  readonly eid: Eid;
  readonly name: string;
  /** The block in which the venue was deployed. */
  readonly startBlock: number;

  /** The block that is canonical at `number`. */
  block(number: number, signal: AbortSignal): Promise<BlockRef>;

  /** The venue's events in `range`, all told by one node. */
  span(range: BlockRange, signal: AbortSignal): Promise<VenueSpan>;

  /** The venue's views at exactly `at`, pinned by hash. */
  views(
    at: BlockRef,
    ask: { readonly markets: readonly number[]; readonly accounts: readonly Hex[] },
    signal: AbortSignal,
  ): Promise<VenueViews>;
}
