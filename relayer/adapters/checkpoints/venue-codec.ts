import { z } from "zod";

import type { MarketBook } from "../../domain/venue/market-book.ts";
import { type VenueAccount, positionsOf } from "../../domain/venue/venue-book.ts";
import type { VenueCheckpoint } from "../../ports/checkpoints.ts";
import { Big, Block, Bytes, toLine } from "./fields.ts";
import type { LineCodec } from "./file-checkpoints.ts";

/** Grows with every change of what a book holds: an older file is read as none. */
const VERSION = 1;

const Market = z.int().min(0).max(31);
const Side = z.strictObject({
  shares: Big,
  index: Big,
  tearUps: z.array(z.strictObject({ mark: Big, indexAfter: Big, cut: Big })),
});
const MarketLine = z.strictObject({
  market: Market,
  firstOctave: z.int(),
  assetClass: z.int(),
  fundSharePpm: Big,
  longs: Side,
  shorts: Side,
  funding: Big,
  socialised: Big,
  fund: Big,
  shortfall: Big,
  closing: z.strictObject({ priceX32: Big, claims: Big, deficit: Big, rate: Big.nullable() }).nullable(),
});
const Head = z.strictObject({
  version: z.literal(VERSION),
  at: Block,
  markets: z.array(MarketLine),
  accounts: z.int().min(0),
});
/** Name, cash, positions (market, shares, basis, whether long, index, seen), claims. */
const AccountLine = z.tuple([
  Bytes,
  Big,
  z.array(z.tuple([Market, Big, Big, z.boolean(), Big, z.int().min(0)])),
  z.array(z.tuple([Market, Big])).nullable(),
]);

/** The first line holds the block and the markets; then one line an account, so that a large venue is written in parts. */
export const venueCodec: LineCodec<VenueCheckpoint> = {
  *encode({ at, book: { markets, accounts } }) {
    const { number, hash, parentHash, timestamp } = at;
    yield toLine({
      version: VERSION,
      at: { number, hash, parentHash, timestamp },
      markets: markets.map(({ imagedIn: _, ...market }) => market),
      accounts: accounts.length,
    });
    for (const account of accounts) yield encodeAccount(account);
  },
  decode([first = "", ...rest]) {
    const { at, markets, accounts } = Head.parse(JSON.parse(first));
    if (accounts !== rest.length) throw new TypeError(`${rest.length} accounts instead of ${accounts}`);
    const marketBooks = markets.map((market): MarketBook => ({ ...market, imagedIn: null }));
    return { at, book: { markets: marketBooks, accounts: rest.map(decodeAccount) } };
  },
};

function encodeAccount(account: VenueAccount): string {
  const { name, cash, claims } = account;
  const held = [...positionsOf(account)].map(([market, { shares, basis, isLong, index, seen }]) => {
    return [market, shares, basis, isLong, index, seen];
  });
  return toLine([name, cash, held, claims === null ? null : [...claims]]);
}

function decodeAccount(line: string): VenueAccount {
  const [name, cash, held, claims] = AccountLine.parse(JSON.parse(line));
  const positions: VenueAccount["positions"] = [];
  for (const [market, shares, basis, isLong, index, seen] of held) {
    positions[market] = { shares, basis, isLong, index, seen };
  }
  return { name, cash, positions, claims: claims === null ? null : new Map(claims) };
}
