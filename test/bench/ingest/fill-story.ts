import { concat, toBeHex, toTwos } from "ethers";

import { createBook, INDEX_ONE, LOT_FINE, trade } from "../../contracts/clearing/model/book.ts";

/** Markets that are traded, from 1. */
export const MARKETS = 31;
/** Accounts that trade in a market; half of them in the next one as well. */
const TRADERS = 400;
const LOTS_MOST = 1_000;
const FEE_UNITS = 3n;
const PRICE = 100n << 32n;
/** Bytes of a leg's members, as `contracts/mocks/clearing/FillBurst.sol` reads them. */
const [ACCOUNT, MARKET, LOTS, PRICE_X32, GAIN, FEE] = [4, 1, 8, 12, 16, 4] as const;

/** Some blocks of fills, and the shares of their legs. */
export interface FillStory {
  /** By block: what the mock emits. */
  readonly blocks: readonly string[];
  readonly legsInBlock: number;
}

/**
 * Fills between accounts at prices that move, the same in every run. What each leg realises comes from the plain model of
 * the venue's book, so that a reader who computes it finds what the events say.
 */
export function writeFills(blocks: number, fillsInBlock: number): FillStory {
  const draw = createDraw(20_251_010);
  const books = Array.from({ length: MARKETS }, () => createBook(PRICE));
  const fill = (): string => {
    const market = draw(MARKETS);
    const book = books[market];
    if (book === undefined) throw new RangeError("no such market");
    const [a, b] = [draw(TRADERS), draw(TRADERS - 1)];
    const lots = 1 + draw(LOTS_MOST);
    const price = PRICE + BigInt(draw(1 << 30)) * 16n;
    const size = BigInt(lots) * LOT_FINE;
    return [a, b < a ? b : b + 1]
      .map((trader, index) => {
        const isBuy = index === 0;
        const gain = trade(book, trader, { isBuy, size, price }) / INDEX_ONE;
        return concat([
          toBeHex(market * (TRADERS / 2) + trader, ACCOUNT),
          toBeHex(market + 1, MARKET),
          toBeHex(toTwos(isBuy ? lots : -lots, LOTS * 8), LOTS),
          toBeHex(price, PRICE_X32),
          toBeHex(toTwos(gain, GAIN * 8), GAIN),
          toBeHex(FEE_UNITS, FEE),
        ]);
      })
      .join("")
      .replaceAll("0x", "");
  };
  const block = () => `0x${Array.from({ length: fillsInBlock }, fill).join("")}`;
  return { blocks: Array.from({ length: blocks }, block), legsInBlock: 2 * fillsInBlock };
}

/** The same numbers on every machine. */
function createDraw(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
