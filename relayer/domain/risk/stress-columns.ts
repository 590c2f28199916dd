/*
 * Accounts and positions of one chain as columns of doubles: what stress is computed from. A double has 53 bits, so an
 * account's equity is within one part in 2^50 of the exact one of the venue book; the columns decide nothing else.
 */

const NONE = -1;
const FIRST_CAPACITY = 1_024;

/** Columns by account and, below them, by position. Positions of an account are chained in the order of their markets. */
export interface StressColumns {
  accounts: number;
  cash: Float64Array;
  /** First position of an account, or -1. */
  head: Int32Array;
  /** Whether some scenario makes the account lose more than it has. */
  isLosing: Uint8Array;

  positions: number;
  /** Lots, short negative. */
  lots: Float64Array;
  /** Units: what the lots have cost, so that lots times mark less cost is what the position is worth. */
  cost: Float64Array;
  market: Uint8Array;
  owner: Int32Array;
  /** Next position of the same account, or -1. */
  next: Int32Array;
  /** Places of removed positions, to be used again. */
  readonly free: number[];
}

export function createColumns(accounts = FIRST_CAPACITY, positions = FIRST_CAPACITY): StressColumns {
  return {
    accounts: 0,
    cash: new Float64Array(accounts),
    head: new Int32Array(accounts).fill(NONE),
    isLosing: new Uint8Array(accounts),
    positions: 0,
    lots: new Float64Array(positions),
    cost: new Float64Array(positions),
    market: new Uint8Array(positions),
    owner: new Int32Array(positions),
    next: new Int32Array(positions).fill(NONE),
    free: [],
  };
}

/** A new account. @returns its number */
export function addAccount(columns: StressColumns, cash: number): number {
  if (columns.accounts === columns.cash.length) growAccounts(columns);
  const account = columns.accounts;
  columns.accounts += 1;
  columns.cash[account] = cash;
  columns.head[account] = NONE;
  return account;
}

/** Sets what `account` holds in `market`; no lots remove it. @returns where the position stands, or -1 */
export function setPosition(
  columns: StressColumns,
  account: number,
  position: { market: number; lots: number; cost: number },
): number {
  const { before, at } = findPosition(columns, account, position.market);
  if (position.lots === 0) {
    if (at !== NONE) unlink(columns, account, { before, at });
    return NONE;
  }
  const place = at === NONE ? insert(columns, account, { before, market: position.market }) : at;
  columns.lots[place] = position.lots;
  columns.cost[place] = position.cost;
  return place;
}

/** Where `account` holds `market`, or -1; and the place before it in the chain, or -1. */
function findPosition(columns: StressColumns, account: number, market: number): { before: number; at: number } {
  let before = NONE;
  let at = columns.head[account] ?? NONE;
  while (at !== NONE && (columns.market[at] ?? 0) < market) {
    before = at;
    at = columns.next[at] ?? NONE;
  }
  return at !== NONE && columns.market[at] === market ? { before, at } : { before, at: NONE };
}

function insert(
  columns: StressColumns,
  account: number,
  { before, market }: { before: number; market: number },
): number {
  const reused = columns.free.pop();
  if (reused === undefined && columns.positions === columns.lots.length) growPositions(columns);
  const at = reused ?? columns.positions++;
  columns.market[at] = market;
  columns.owner[at] = account;
  columns.next[at] = (before === NONE ? columns.head[account] : columns.next[before]) ?? NONE;
  if (before === NONE) columns.head[account] = at;
  else columns.next[before] = at;
  return at;
}

function unlink(columns: StressColumns, account: number, { before, at }: { before: number; at: number }): void {
  const next = columns.next[at] ?? NONE;
  if (before === NONE) columns.head[account] = next;
  else columns.next[before] = next;
  columns.lots[at] = 0;
  columns.owner[at] = NONE;
  columns.free.push(at);
}

function growAccounts(columns: StressColumns): void {
  const length = columns.cash.length * 2;
  columns.cash = copyInto(new Float64Array(length), columns.cash);
  columns.head = copyInto(new Int32Array(length).fill(NONE), columns.head);
  columns.isLosing = copyInto(new Uint8Array(length), columns.isLosing);
}

function growPositions(columns: StressColumns): void {
  const length = columns.lots.length * 2;
  columns.lots = copyInto(new Float64Array(length), columns.lots);
  columns.cost = copyInto(new Float64Array(length), columns.cost);
  columns.market = copyInto(new Uint8Array(length), columns.market);
  columns.owner = copyInto(new Int32Array(length), columns.owner);
  columns.next = copyInto(new Int32Array(length).fill(NONE), columns.next);
}

function copyInto<T extends { set(from: T): void }>(to: T, from: T): T {
  to.set(from);
  return to;
}
