import type { Eid } from "../../relayer/domain/eid.ts";
import { standingOf } from "../../relayer/domain/risk/check-views.ts";
import { ceilDiv, UNIT_FINE } from "../../relayer/domain/risk/fine.ts";
import { sideSize } from "../../relayer/domain/risk/market-book.ts";
import { applyVenueEvent, createVenueBook, type VenueBook } from "../../relayer/domain/risk/venue-book.ts";
import type { LoggedVenueEvent, VenueEvent } from "../../relayer/domain/risk/venue-event.ts";
import type { BlockRef } from "../../relayer/domain/world/block.ts";
import type { BlockRange, Chain } from "../../relayer/ports/chain.ts";
import type { VenueReader, VenueViews } from "../../relayer/ports/venue.ts";
import type { FakeDesk } from "./fake-desk.ts";

/** A venue that says what it is told, and whose views follow from that. */
export class FakeVenue implements VenueReader {
  readonly startBlock = 1;
  readonly eid: Eid;
  readonly name: string;
  readonly events_: LoggedVenueEvent[] = [];
  readonly ranges: BlockRange[] = [];
  readonly prices = new Map<number, bigint>();
  /** Events that the node keeps from whoever asks. */
  hides: VenueEvent["kind"] | null = null;
  /** The operators' desk there, if there is one. */
  desk: FakeDesk | null = null;
  /** Whether the chain was replaced below what was final. */
  isReplaced = false;
  readonly #chain: Pick<Chain, "eid" | "name" | "block">;

  constructor(chain: Pick<Chain, "eid" | "name" | "block">) {
    this.#chain = chain;
    this.eid = chain.eid;
    this.name = chain.name;
  }

  say(blockNumber: number, ...events: VenueEvent[]): void {
    for (const event of events) this.events_.push({ blockNumber, logIndex: this.events_.length, event });
  }

  async block(number: number, signal: AbortSignal): Promise<BlockRef> {
    const block = await this.#chain.block(number, signal);
    return this.isReplaced ? { ...block, hash: "0xdead" } : block;
  }

  events(range: BlockRange): Promise<readonly LoggedVenueEvent[]> {
    this.ranges.push(range);
    const inRange = this.events_.filter(({ blockNumber: at }) => at >= range.from && at <= range.to);
    return Promise.resolve(inRange.filter(({ event }) => event.kind !== this.hides));
  }

  views(
    at: BlockRef,
    { markets, accounts }: { readonly markets: readonly number[]; readonly accounts: readonly `0x${string}`[] },
  ): Promise<VenueViews> {
    const book = createVenueBook();
    for (const { blockNumber, event } of this.events_) if (blockNumber <= at.number) applyVenueEvent(book, event);
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
    const [longs, shorts] = [sideSize(of.longs), sideSize(of.shorts)];
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
