import type { Eid } from "../../relayer/domain/eid.ts";
import { applyVenueEvent } from "../../relayer/domain/venue/apply-event.ts";
import { standingOf } from "../../relayer/domain/venue/check-views.ts";
import { ceilDiv, UNIT_FINE } from "../../relayer/domain/venue/fine.ts";
import { sizesOf } from "../../relayer/domain/venue/reduce-venue.ts";
import { createVenueBook, type VenueBook } from "../../relayer/domain/venue/venue-book.ts";
import type { VenueEvent } from "../../relayer/domain/venue/venue-event.ts";
import type { BlockRef } from "../../relayer/domain/world/block.ts";
import type { BlockRange, Chain } from "../../relayer/ports/chain.ts";
import type { VenueReader, VenueSpan, VenueViews } from "../../relayer/ports/venue.ts";
import type { FakeDesk } from "./fake-desk.ts";

/** A venue that says what it is told, and whose views follow from that. */
export class FakeVenue implements VenueReader {
  readonly startBlock = 1;
  readonly eid: Eid;
  readonly name: string;
  readonly said: { readonly number: number; readonly event: VenueEvent }[] = [];
  readonly ranges: BlockRange[] = [];
  readonly prices = new Map<number, bigint>();
  /** Events that the node keeps from whoever asks. */
  hides: VenueEvent["kind"] | null = null;
  /** Blocks from this one on were replaced, although some of them were final. */
  replacedFrom = Infinity;
  /** Whether ranges begin on blocks that nobody has seen. */
  isTornOff = false;
  /** The operators' desk there, if there is one. */
  desk: FakeDesk | null = null;
  readonly #chain: Pick<Chain, "eid" | "name" | "block">;

  constructor(chain: Pick<Chain, "eid" | "name" | "block">) {
    this.#chain = chain;
    this.eid = chain.eid;
    this.name = chain.name;
  }

  say(number: number, ...events: VenueEvent[]): void {
    for (const event of events) this.said.push({ number, event });
  }

  async block(number: number, signal: AbortSignal): Promise<BlockRef> {
    const block = await this.#chain.block(number, signal);
    return number >= this.replacedFrom ? { ...block, hash: "0xdead" } : block;
  }

  async span(range: BlockRange, signal: AbortSignal): Promise<VenueSpan> {
    this.ranges.push(range);
    const [first, last] = [await this.#chain.block(range.from, signal), await this.#chain.block(range.to, signal)];
    const inRange = this.said.filter(({ number, event }) => {
      return number >= range.from && number <= range.to && event.kind !== this.hides;
    });
    const numbers = [...new Set(inRange.map(({ number }) => number))].sort((a, b) => a - b);
    const blocks = numbers.map((number) => ({
      number,
      hash: last.hash,
      events: inRange.filter((one) => one.number === number).map(({ event }) => event),
    }));
    return { parentHash: this.isTornOff ? "0xdead" : first.parentHash, last, blocks };
  }

  views(
    at: BlockRef,
    { markets, accounts }: { readonly markets: readonly number[]; readonly accounts: readonly `0x${string}`[] },
  ): Promise<VenueViews> {
    const book = createVenueBook();
    for (const { number, event } of this.said) if (number <= at.number) applyVenueEvent(book, event);
    return Promise.resolve({
      markets: markets.flatMap((market) => this.#viewOf(book, market, at.number)),
      standings: accounts.map((account) => {
        const { cash, equity } = standingOf(book, account, this.prices);
        return { account, cashFine: cash, equityFine: equity };
      }),
      sharedFine: book.markets.get(0)?.fund ?? 0n,
      ...(this.desk === null ? {} : { sharedDesk: this.desk.reportAt(0, at.number) }),
    });
  }

  #viewOf(book: VenueBook, market: number, number: number): VenueViews["markets"][number][] {
    const [of, priceX32] = [book.markets.get(market), this.prices.get(market)];
    if (of === undefined || priceX32 === undefined) return [];
    const [longs, shorts] = sizesOf(book, market);
    const larger = longs > shorts ? longs : shorts;
    return [
      {
        market,
        priceX32,
        openInterest: ceilDiv(larger * priceX32, UNIT_FINE),
        skewFine: longs - shorts,
        insurance: of.fund / UNIT_FINE,
        fundFine: of.fund,
        shortfallFine: of.shortfall,
        marginE6: null,
        ...(this.desk === null ? {} : { desk: this.desk.reportAt(market, number) }),
      },
    ];
  }
}
