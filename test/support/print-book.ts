import type { Exposure } from "../../relayer/domain/exposure/exposure.ts";
import { positionsOf, type VenueBook } from "../../relayer/domain/venue/venue-book.ts";

/** Everything that a venue's book says, in one text: two books are the same when their texts are. */
export function printBook({ markets, accounts }: VenueBook): string {
  const plain = {
    markets: [...markets.values()].map(({ imagedIn: _, ...market }) => market),
    accounts: [...accounts.values()].map((account) => ({
      name: account.name,
      cash: account.cash,
      claims: [...(account.claims ?? [])],
      positions: [...positionsOf(account)],
    })),
  };
  const sorted = {
    markets: plain.markets.toSorted((a, b) => a.market - b.market),
    accounts: plain.accounts.toSorted((a, b) => a.name.localeCompare(b.name)),
  };
  return JSON.stringify(sorted, (_, value: unknown) => (typeof value === "bigint" ? `${String(value)}n` : value), 1);
}

/** The same of an exposure. */
export function printExposure({ cells, byChain, byMarket, mesh, rests }: Exposure): string {
  return [cells, byChain, byMarket, mesh, [...rests].sort(([a], [b]) => a - b)].map((part) => part.join()).join(";");
}
