import type { Exposure } from "../exposure/exposure.ts";
import { interestAt } from "../exposure/read-exposure.ts";
import { findSumFault, type SumFault } from "../exposure/recompute.ts";
import { settle, sideOf } from "./market-book.ts";
import { sizesOf, type VenueColumn } from "./reduce-venue.ts";
import { positionsOf, type VenueBook } from "./venue-book.ts";

/** One thing that was brought forward and comes out otherwise when it is computed from nothing. */
export interface BookDifference {
  readonly what: "shares" | "claims" | "exposure";
  readonly market: number;
  readonly kept: bigint;
  readonly recomputed: bigint;
}

/**
 * Computes everything that is kept as a sum from what it sums: the sides of every market from all positions, claims from
 * all accounts, the exposure's cells from sides, its sums from its cells. Disagreement means a bug or broken memory, never
 * a chain's fault. It looks at every position, so it is done now and then.
 */
export function recheckColumn({ book, exposure, chain }: VenueColumn): readonly (BookDifference | SumFault)[] {
  const fault = findSumFault(exposure);
  const sums = [...sumSides(book), ...sumClaims(book), ...compareCells(book, exposure, chain)];
  return [...sums.filter(({ kept, recomputed }) => kept !== recomputed), ...(fault === null ? [] : [fault])];
}

function* sumSides(book: VenueBook): Generator<BookDifference> {
  const sums = new Map([...book.markets.keys()].map((market) => [market, { longs: 0n, shorts: 0n }]));
  for (const account of book.accounts.values()) {
    for (const [number, stored] of positionsOf(account)) {
      const market = book.markets.get(number);
      const sum = sums.get(number);
      if (market === undefined || sum === undefined) continue;
      const position = { ...stored };
      settle(market, position);
      // Settled, every position stands at its side's index: else it is not in the side's sum, and this does not add up.
      if (position.index !== sideOf(market, position.isLong).index) continue;
      if (position.isLong) sum.longs += position.shares;
      else sum.shorts += position.shares;
    }
  }
  for (const [market, { longs, shorts }] of book.markets) {
    const sum = sums.get(market);
    yield { what: "shares", market, kept: longs.shares, recomputed: sum?.longs ?? 0n };
    yield { what: "shares", market, kept: shorts.shares, recomputed: sum?.shorts ?? 0n };
  }
}

function* sumClaims(book: VenueBook): Generator<BookDifference> {
  for (const [market, { closing }] of book.markets) {
    if (closing === null) continue;
    let recomputed = 0n;
    for (const { claims } of book.accounts.values()) recomputed += claims?.get(market) ?? 0n;
    yield { what: "claims", market, kept: closing.claims, recomputed };
  }
}

function* compareCells(book: VenueBook, exposure: Exposure, chain: number): Generator<BookDifference> {
  for (const market of book.markets.keys()) {
    const { longFine, shortFine } = interestAt(exposure, { chain, market });
    const [longs, shorts] = sizesOf(book, market);
    yield { what: "exposure", market, kept: longFine, recomputed: longs };
    yield { what: "exposure", market, kept: shortFine, recomputed: shorts };
  }
}
