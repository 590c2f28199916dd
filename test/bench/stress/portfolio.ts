import { DEFAULT_SCENARIOS } from "../../../relayer/domain/risk/scenarios.ts";
import {
  type Stress,
  type StressPrice,
  createStress,
  setAccount,
  setPricesWhole,
} from "../../../relayer/domain/risk/stress.ts";
import { createColumns } from "../../../relayer/domain/risk/stress-columns.ts";

export const ACCOUNTS = 250_000;
export const PER_ACCOUNT = 4;
export const MARKETS = 16;
const PRICE = 1_000_000;

export interface Row {
  readonly market: number;
  readonly lots: number;
  readonly cost: number;
}

/** A million positions: every account holds four of sixteen markets, most of them with margin enough for most scenarios. */
export interface Portfolio {
  readonly stress: Stress;
  readonly cash: Float64Array;
  readonly rows: readonly (readonly Row[])[];
}

/** Prices by market; classes take turns. */
export function pricesAt(factor: number): ReadonlyMap<number, StressPrice> {
  const price = PRICE * factor;
  return new Map(
    Array.from({ length: MARKETS }, (_, i) => [i + 1, { price, longOffset: 0, shortOffset: 0, assetClass: i % 4 }]),
  );
}

export function createPortfolio(): Portfolio {
  const draw = createDraw(20_251_010);
  const cash = new Float64Array(ACCOUNTS);
  const rows = Array.from({ length: ACCOUNTS }, (_, account): readonly Row[] => {
    const first = Math.floor(draw() * MARKETS);
    const own = Array.from({ length: PER_ACCOUNT }, (_, i): Row => {
      const lots = (draw() - 0.5) * 2_000;
      return { market: ((first + i * 3) % MARKETS) + 1, lots, cost: lots * PRICE * (0.95 + draw() / 10) };
    }).sort((a, b) => a.market - b.market);
    const notional = own.reduce((sum, { lots }) => sum + Math.abs(lots) * PRICE, 0);
    cash[account] = Math.floor(notional * (0.05 + draw() * 0.6));
    return own;
  });
  const stress = createStress(DEFAULT_SCENARIOS, createColumns(ACCOUNTS, ACCOUNTS * PER_ACCOUNT));
  for (const [account, positions] of rows.entries()) {
    setAccount(stress, { account: null, cash: cash[account] ?? 0, positions });
  }
  setPricesWhole(stress, pricesAt(1));
  return { stress, cash, rows };
}

/** The same numbers on every machine. */
function createDraw(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
