import { least, UNIT_FINE } from "./book.ts";
import { isHalted } from "./halts.ts";
import { type Drawn, drawnShare, payFund, type Venue } from "./venue.ts";

const DAY = 86_400n;
const VIRTUAL_SHARES = 10n ** 12n;
const OPEN_MOST = 8;
const PAY_MOST = 8;

interface Part {
  readonly holder: number;
  shares: bigint;
  claimedShares: bigint;
  claimedAssets: bigint;
}

/** All requests of one day, in a list. */
interface ExitDay {
  readonly day: bigint;
  readonly parts: Part[];
  paidShares: bigint;
  paidAssets: bigint;
}

/** An insurance fund's shares: who has how many, and who waits. Market 0 is the shared fund. */
export interface Vault {
  readonly market: number;
  /** holder => shares */
  readonly shares: Map<number, bigint>;
  readonly days: ExitDay[];
  readonly left: Drawn;
  supply: bigint;
}

export interface ExitTerms {
  readonly noticeSeconds: bigint;
  readonly limitPpm: bigint;
}

export function createVault(market: number): Vault {
  return { market, shares: new Map(), days: [], left: { passed: 0n, at: 0n }, supply: 0n };
}

function fundOf(venue: Venue, market: number): bigint {
  return market === 0 ? venue.sharedFund : venue.markets.get(market)!.fund;
}

function addToFund(venue: Venue, market: number, fine: bigint): void {
  if (market === 0) venue.sharedFund += fine;
  else venue.markets.get(market)!.fund += fine;
}

/** Into the fund of a market, or the shared one; what nobody could be found for comes first. */
export function give(venue: Venue, market: number, fine: bigint): void {
  if (market !== 0) {
    payFund(venue.markets.get(market)!, fine);
    return;
  }
  const repaid = least(fine, venue.sharedShortfall);
  venue.sharedShortfall -= repaid;
  venue.sharedFund += fine - repaid;
}

const shortfallOf = (venue: Venue, market: number) =>
  market === 0 ? venue.sharedShortfall : venue.markets.get(market)!.shortfall;

/** Wound down and not concluded; the shared fund stands behind every market. */
const isHeld = ({ markets }: Venue, market: number) =>
  [...markets].some(([number, { closing }]) => {
    return (market === 0 || market === number) && closing !== undefined && closing.rate === undefined;
  });

const isExitHalted = (venue: Venue, market: number) => (market === 0 ? venue.halted.size > 0 : isHalted(venue, market));

const unitsOf = (venue: Venue, market: number) => fundOf(venue, market) / UNIT_FINE;

const toShares = (venue: Venue, vault: Vault, units: bigint) =>
  (units * (vault.supply + VIRTUAL_SHARES)) / (unitsOf(venue, vault.market) + 1n);

const toAssets = (venue: Venue, vault: Vault, shares: bigint) =>
  (shares * (unitsOf(venue, vault.market) + 1n)) / (vault.supply + VIRTUAL_SHARES);

export function enter(venue: Venue, vault: Vault, holder: number, units: bigint): boolean {
  const shares = toShares(venue, vault, units);
  if (shares === 0n) return false;
  vault.shares.set(holder, (vault.shares.get(holder) ?? 0n) + shares);
  vault.supply += shares;
  addToFund(venue, vault.market, units * UNIT_FINE);
  return true;
}

const sharesOf = ({ parts }: ExitDay) => parts.reduce((sum, part) => sum + part.shares, 0n);

function claimable(day: ExitDay, part: Part): { shares: bigint; assets: bigint } {
  const all = sharesOf(day);
  return {
    shares: (day.paidShares * part.shares) / all - part.claimedShares,
    assets: (day.paidAssets * part.shares) / all - part.claimedAssets,
  };
}

const partsOf = ({ days }: Vault, holder: number) =>
  days.flatMap((day) => day.parts.filter((part) => part.holder === holder).map((part) => ({ day, part })));

/** Days of which the holder has not claimed everything yet. What was claimed of in part is forgotten from the front only. */
function openDays(vault: Vault, holder: number): number {
  const parts = partsOf(vault, holder);
  const first = parts.findIndex(
    ({ day, part }) => part.claimedShares !== part.shares || claimable(day, part).assets !== 0n,
  );
  return first === -1 ? 0 : parts.length - first;
}

export function request(
  venue: Venue,
  vault: Vault,
  asked: { holder: number; shares: bigint; terms: ExitTerms },
): boolean {
  const { holder, shares, terms } = asked;
  payDue(venue, vault, terms);
  const held = vault.shares.get(holder) ?? 0n;
  if (shares === 0n || held < shares) return false;
  vault.shares.set(holder, held - shares);
  const today = venue.now / DAY;
  let day = vault.days.at(-1);
  if (day?.day !== today) {
    day = { day: today, parts: [], paidShares: 0n, paidAssets: 0n };
    vault.days.push(day);
  }
  const part = day.parts.find((known) => known.holder === holder);
  if (part !== undefined) {
    part.shares += shares;
    return true;
  }
  if (openDays(vault, holder) >= OPEN_MOST) return false;
  day.parts.push({ holder, shares, claimedShares: 0n, claimedAssets: 0n });
  return true;
}

/** Pays the oldest days as far as notice and the day's limit allow. */
export function payDue(venue: Venue, vault: Vault, terms: ExitTerms): void {
  for (let i = 0; i < PAY_MOST; i += 1) if (!payOldest(venue, vault, terms)) return;
}

function payOldest(venue: Venue, vault: Vault, terms: ExitTerms): boolean {
  if (isExitHalted(venue, vault.market)) return false;
  const day = vault.days.find((each) => each.paidShares < sharesOf(each));
  if (day === undefined || venue.now < (day.day + 1n) * DAY + terms.noticeSeconds) return false;
  const fund = unitsOf(venue, vault.market);
  const { pending, left } = drawnShare(vault.left, fund, { now: venue.now, ppm: terms.limitPpm });
  const isKept = shortfallOf(venue, vault.market) !== 0n || isHeld(venue, vault.market);
  const room = isKept ? 0n : least(left, fund);
  const shares = least(sharesOf(day) - day.paidShares, toShares(venue, vault, room));
  const assets = toAssets(venue, vault, shares);
  if (assets === 0n) return false;
  vault.supply -= shares;
  day.paidShares += shares;
  day.paidAssets += assets;
  vault.left.passed = pending + assets;
  vault.left.at = venue.now;
  addToFund(venue, vault.market, -assets * UNIT_FINE);
  return true;
}

/** Everything that can be claimed. */
export function claimAll(vault: Vault, holder: number): bigint {
  let paid = 0n;
  for (const { day, part } of partsOf(vault, holder)) {
    const { shares, assets } = claimable(day, part);
    if (shares === 0n) continue;
    part.claimedShares += shares;
    part.claimedAssets += assets;
    paid += assets;
  }
  return paid;
}

export const claimableOf = (vault: Vault, holder: number) =>
  partsOf(vault, holder).reduce((sum, { day, part }) => sum + claimable(day, part).assets, 0n);

export interface Move {
  readonly from: number;
  readonly to: number;
  readonly units: bigint;
}

export interface MoveTerms {
  readonly movePpm: bigint;
  readonly floorUnits: bigint;
}

/** Whether insurance may be moved; nothing was assessed, so that the floor is governance's alone. */
export function move(venue: Venue, moved: Map<number, Drawn>, { from, to, units }: Move, terms: MoveTerms): boolean {
  if (isHeld(venue, from)) return false;
  const drawn = moved.get(from)!;
  const fund = unitsOf(venue, from);
  const { pending, left } = drawnShare(drawn, fund, { now: venue.now, ppm: terms.movePpm });
  if (units > left || fund < units + terms.floorUnits) return false;
  drawn.passed = pending + units;
  drawn.at = venue.now;
  addToFund(venue, from, -units * UNIT_FINE);
  give(venue, to, units * UNIT_FINE);
  return true;
}
