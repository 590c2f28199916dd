import { MARKETS } from "../incident/posture.ts";
import { type ExactSums, TERM_MAX, addTerm, clearSums, createSums, sumAt, takeTerm } from "./exact-sums.ts";
import { type Scenario, factorOf } from "./scenarios.ts";
import { type StressColumns, addAccount, createColumns, setPosition } from "./stress-columns.ts";

/*
 * Stressed loss: what accounts would owe beyond what they have, were prices to move as a scenario says. An account's loss
 * is a pure function of its own columns, rounded up to a whole unit, and divided over its markets by what it lost in
 * each, as the waterfall divides it. Sums are exact, so bringing them forward and computing them anew are equal to the
 * bit. A change of an account touches that account; a change of a price the accounts that hold the market.
 */

/** Where a market stands. Units for a lot. */
export interface StressPrice {
  readonly price: number;
  /** What is added to the price to value longs and shorts: funding and socialised loss. */
  readonly longOffset: number;
  readonly shortOffset: number;
  readonly assetClass: number;
  /** Whether no scenario moves it: the market is wound down. */
  readonly isFixed?: boolean;
}

export interface Stress {
  readonly columns: StressColumns;
  readonly scenarios: readonly Scenario[];
  /** Marks by (market, side, scenario). */
  readonly marks: Float64Array;
  /** Losses by (market, scenario). */
  readonly losses: ExactSums;
  /** Places of positions by market. */
  readonly holders: readonly Set<number>[];
  /** Scratch: equity by scenario of the account that is being looked at. */
  readonly equity: Float64Array;
  /** Scratch: what each of its positions loses. */
  readonly lost: Float64Array;
}

export function createStress(scenarios: readonly Scenario[], columns: StressColumns = createColumns()): Stress {
  return {
    columns,
    scenarios,
    marks: new Float64Array(MARKETS * 2 * scenarios.length),
    losses: createSums(MARKETS * scenarios.length),
    holders: Array.from({ length: MARKETS }, () => new Set<number>()),
    equity: new Float64Array(scenarios.length),
    lost: new Float64Array(MARKETS),
  };
}

/** One account, all that it has. */
export interface StressAccount {
  /** Null for a new one. */
  readonly account: number | null;
  readonly cash: number;
  /** Those that changed, and those that are gone with no lots. */
  readonly positions: readonly { readonly market: number; readonly lots: number; readonly cost: number }[];
}

/** Puts an account in, or replaces what changed of it. @returns its number */
export function setAccount(stress: Stress, of: StressAccount): number {
  const { columns, holders } = stress;
  if (of.account !== null) removeLosses(stress, of.account);
  const account = of.account ?? addAccount(columns, of.cash);
  columns.cash[account] = of.cash;
  for (const position of of.positions) {
    const held = placeOf(columns, account, position.market);
    const place = setPosition(columns, account, position);
    if (held !== -1 && place === -1) holders[position.market]?.delete(held);
    if (place !== -1) holders[position.market]?.add(place);
  }
  addLosses(stress, account);
  return account;
}

/** Moves a market. Only accounts that hold it are looked at. */
export function setPrice(stress: Stress, market: number, price: StressPrice): void {
  const { columns } = stress;
  const touched = [...(stress.holders[market] ?? [])].map((place) => columns.owner[place] ?? 0);
  for (const account of touched) removeLosses(stress, account);
  setMarks(stress, market, price);
  for (const account of touched) addLosses(stress, account);
}

/** Moves several markets at once and computes everything anew: for the start, and to hold the sums against. */
export function setPricesWhole(stress: Stress, prices: ReadonlyMap<number, StressPrice>): void {
  for (const [market, price] of prices) setMarks(stress, market, price);
  computeWhole(stress);
}

/** Every sum from nothing. */
export function computeWhole(stress: Stress): void {
  clearSums(stress.losses);
  stress.columns.isLosing.fill(0);
  for (let account = 0; account < stress.columns.accounts; account++) addLosses(stress, account);
}

/** Stressed loss of `market` in each scenario, in units. */
export function lossesOf({ losses, scenarios }: Stress, market: number): readonly bigint[] {
  return scenarios.map((_, index) => sumAt(losses, market * scenarios.length + index));
}

function setMarks({ marks, scenarios }: Stress, market: number, price: StressPrice): void {
  const width = scenarios.length;
  scenarios.forEach((scenario, index) => {
    const moved = price.isFixed === true ? price.price : price.price * factorOf(scenario, price.assetClass);
    marks[market * 2 * width + index] = moved + price.longOffset;
    marks[(market * 2 + 1) * width + index] = moved + price.shortOffset;
  });
}

function placeOf({ head, next, market: markets }: StressColumns, account: number, market: number): number {
  let at = head[account] ?? -1;
  while (at !== -1 && markets[at] !== market) at = next[at] ?? -1;
  return at;
}

function addLosses(stress: Stress, account: number): void {
  const { columns } = stress;
  columns.isLosing[account] = assess(stress, account) ? 1 : 0;
  if (columns.isLosing[account] === 1) bookLosses(stress, account, addTerm);
}

/** Of an account without a loss in any scenario there is nothing to take away: nearly all of them. */
function removeLosses(stress: Stress, account: number): void {
  if (stress.columns.isLosing[account] !== 1) return;
  assess(stress, account);
  bookLosses(stress, account, takeTerm);
}

/** Equity of the account in every scenario, into `stress.equity`. @returns whether some is negative */
function assess({ columns, marks, equity }: Stress, account: number): boolean {
  const { head, next, lots, cost, market } = columns;
  const width = equity.length;
  equity.fill(columns.cash[account] as number);
  for (let at = head[account] as number; at !== -1; at = next[at] as number) {
    const size = lots[at] as number;
    const paid = cost[at] as number;
    const row = ((market[at] as number) * 2 + (size < 0 ? 1 : 0)) * width;
    for (let index = 0; index < width; index++) {
      equity[index] = (equity[index] as number) + (size * (marks[row + index] as number) - paid);
    }
  }
  let least = 0;
  for (let index = 0; index < width; index++) if ((equity[index] as number) < least) least = equity[index] as number;
  return least < 0;
}

function bookLosses(stress: Stress, account: number, book: typeof addTerm): void {
  const { equity } = stress;
  for (let index = 0; index < equity.length; index++) {
    const missing = -(equity[index] as number);
    if (missing > 0) bookLoss(stress, account, { index, loss: Math.min(Math.ceil(missing), TERM_MAX), book });
  }
}

interface Booking {
  readonly index: number;
  readonly loss: number;
  readonly book: typeof addTerm;
}

/** Divides one account's loss over its markets by what is lost in each; the last that lost gets what is left. */
function bookLoss(stress: Stress, account: number, { index, loss, book }: Booking): void {
  const { columns, losses, equity } = stress;
  const { next, market } = columns;
  const { total, last } = gatherLost(stress, account, index);
  // Debt without positions: no market is to blame.
  if (last === -1) return book(losses, index, loss);
  let left = loss;
  let number = 0;
  for (let at = columns.head[account] as number; at !== last; at = next[at] as number) {
    const lost = stress.lost[number++] as number;
    const share = lost === 0 ? 0 : Math.min(left, Math.floor(loss * (lost / total)));
    if (share > 0) book(losses, (market[at] as number) * equity.length + index, share);
    left -= share;
  }
  if (left > 0) book(losses, (market[last] as number) * equity.length + index, left);
}

/** What each position of the account loses in a scenario, into `stress.lost`; their sum, and the last that does. */
function gatherLost(
  { columns, marks, equity, lost }: Stress,
  account: number,
  index: number,
): { readonly total: number; readonly last: number } {
  const { head, next, lots, cost, market } = columns;
  let total = 0;
  let last = -1;
  let number = 0;
  for (let at = head[account] as number; at !== -1; at = next[at] as number) {
    const size = lots[at] as number;
    const row = ((market[at] as number) * 2 + (size < 0 ? 1 : 0)) * equity.length;
    const missing = (cost[at] as number) - size * (marks[row + index] as number);
    lost[number++] = missing > 0 ? missing : 0;
    if (missing > 0) {
      total += missing;
      last = at;
    }
  }
  return { total, last };
}
