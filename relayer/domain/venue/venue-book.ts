import type { Hex } from "../hex.ts";
import type { MarketBook } from "./market-book.ts";
import type { Position } from "./position.ts";

/** One trader. */
export interface VenueAccount {
  readonly name: Hex;
  /** Fine cash. */
  cash: bigint;
  /** By market. */
  readonly positions: (Position | null)[];
  /** Quanta by market that is wound down; null where there never were any. */
  claims: Map<number, bigint> | null;
}

/** What changed since it was looked at last. */
export interface VenueChanges {
  readonly accounts: Set<Hex>;
  /** Markets as a whole: what both sides are valued at, and funds. */
  readonly markets: Set<number>;
  /** Markets of which every position changed. */
  readonly tornMarkets: Set<number>;
}

/**
 * A venue as its events tell it: positions, exposures, cash and funds, to the last bit. Market 0 is the shared fund.
 * Changed in place, because venues trade more often than anything else happens; blocks that are not final can be undone
 * (undo.ts).
 */
export interface VenueBook {
  readonly markets: Map<number, MarketBook>;
  readonly accounts: Map<Hex, VenueAccount>;
  readonly changed: VenueChanges;
  /** Oldest first; what is final has been dropped. */
  readonly blocks: BlockImages[];
  /** Of the block that is being applied. */
  images: Image[];
}

/** What an event says and what follows from the ones before it differ: one of them was missed, or is not the venue's. */
export interface VenueFinding {
  readonly kind: "cash-differs" | "size-differs" | "tear-up-differs" | "claims-differ" | "no-settlement";
  readonly market: number;
  readonly account: Hex | null;
}

/** What stood in one place before an event of a block (undo.ts). */
export type Image = HoldingImage | ClaimsImage | NewAccount | MarketImage | NewMarket;

export interface HoldingImage {
  readonly of: "holding";
  readonly account: VenueAccount;
  readonly cash: bigint;
  /** Below zero: nothing but cash. */
  readonly market: number;
  /** The account's position there, or null, and what it was. */
  readonly position: Position | null;
  readonly shares: bigint;
  readonly basis: bigint;
  readonly isLong: boolean;
  readonly index: bigint;
  readonly seen: number;
}

interface ClaimsImage {
  readonly of: "claims";
  readonly account: VenueAccount;
  readonly claims: ReadonlyMap<number, bigint> | null;
}

interface NewAccount {
  readonly of: "new-account";
  readonly account: Hex;
}

/** A copy, its lists of tear-ups by their length. */
export interface MarketImage {
  readonly of: "market";
  readonly book: MarketBook;
  readonly before: MarketBook;
  readonly tearUps: readonly [long: number, short: number];
}

interface NewMarket {
  readonly of: "new-market";
  readonly market: number;
}

/** One block and what stood there before it. */
export interface BlockImages {
  readonly number: number;
  readonly images: Image[];
}

export const createVenueBook = (): VenueBook => ({
  markets: new Map(),
  accounts: new Map(),
  changed: { accounts: new Set(), markets: new Set(), tornMarkets: new Set() },
  blocks: [],
  images: [],
});

/** What an account holds, by market. */
export function* positionsOf({ positions }: VenueAccount): Generator<readonly [number, Position]> {
  for (let market = 0; market < positions.length; market += 1) {
    const position = positions[market] ?? null;
    if (position !== null) yield [market, position];
  }
}
