const GRACE_MOST = 3_600n;
/** Stands for the whole protocol. */
const WHOLE = 0;

/** What is halted of one market, itself or with the protocol. */
export interface Halts {
  since: bigint | undefined;
  graceUntil: bigint;
  /** Seconds of halts that are over. */
  total: bigint;
}

/** What of a market the rules below look at. */
interface HaltedMarket {
  readonly halts: Halts;
  readonly closing: unknown;
}

/** What of a venue they look at: the time, and which markets a hub halts. */
interface HaltingVenue {
  readonly now: bigint;
  readonly halted: Set<number>;
  readonly markets: ReadonlyMap<number, HaltedMarket>;
}

export const createHalts = (): Halts => ({ since: undefined, graceUntil: 0n, total: 0n });

/** Seconds in which the market has been halted until now. */
export const haltedSeconds = (now: bigint, { since, total }: Halts) => total + (since === undefined ? 0n : now - since);

export const isHalted = ({ halted }: Pick<HaltingVenue, "halted">, market: number) =>
  halted.has(WHOLE) || halted.has(market);

/** Below halted and past the grace period, or wound down. */
export const isLive = ({ now }: Pick<HaltingVenue, "now">, { halts, closing }: HaltedMarket) =>
  closing !== undefined || (halts.since === undefined && now >= halts.graceUntil);

/** Halts `market` (0: all), or lets it go. */
export function setHalt(venue: HaltingVenue, market: number, shouldHalt: boolean): void {
  if (shouldHalt) venue.halted.add(market);
  else venue.halted.delete(market);
  for (const [number, { halts }] of venue.markets) {
    const isNow = isHalted(venue, number);
    if (isNow && halts.since === undefined) halts.since = venue.now;
    if (isNow || halts.since === undefined) continue;
    const length = venue.now - halts.since;
    const until = venue.now + (length < GRACE_MOST ? length : GRACE_MOST);
    if (until > halts.graceUntil) halts.graceUntil = until;
    halts.total += length;
    halts.since = undefined;
  }
}
