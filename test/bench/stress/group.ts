import { performance } from "node:perf_hooks";

import { type Stress, computeWhole, lossesOf, setAccount, setPrice } from "../../../relayer/domain/risk/stress.ts";
import { factorOf } from "../../../relayer/domain/risk/scenarios.ts";
import type { BenchGroup, Measurement } from "../measurement.ts";
import { measureInC } from "./floor.ts";
import { createPortfolio, MARKETS, PER_ACCOUNT, type Portfolio, pricesAt, type Row } from "./portfolio.ts";

const ROUNDS = 9;
const CHANGES = 10_000;
const US_IN_MS = 1_000;
const NAMES = ["stress", "stress.account", "stress.price"] as const;

/**
 * Stressed loss of a million positions in 16 scenarios. `stress`: all of it, against the same in C and against a loop
 * over objects. `stress.account`, `stress.price`: one account changed, one of sixteen prices moved, against computing all
 * of it anew. Incremental and whole sums are compared to the bit before anything is printed.
 */
export const stressBenches: BenchGroup = {
  names: NAMES,
  async measure() {
    const portfolio = createPortfolio();
    const { stress } = portfolio;
    const whole = medianOf(ROUNDS, () => computeWhole(stress));
    const inC = await measureInC(portfolio);
    if (inC !== null && inC.sum !== sumOf(stress)) throw new Error(`C says ${inC.sum}, stress ${sumOf(stress)}`);
    const objects = medianOf(3, () => sumOverObjects(portfolio));
    const assess = medianOf(ROUNDS, () => changeAccounts(portfolio)) / CHANGES;
    const price = medianOf(ROUNDS, (round) => movePrice(stress, round));
    requireSame(stress);

    const floorMs = inC?.ms ?? objects;
    const perAccount = whole / stress.columns.accounts;
    return [
      { bench: "stress", unit: "ms", value: whole, floor: floorMs, peers: { "a loop over objects": objects } },
      {
        bench: "stress.account",
        unit: "us",
        value: assess * US_IN_MS,
        floor: perAccount * US_IN_MS,
        peers: { "all of it anew": whole * US_IN_MS },
      },
      {
        bench: "stress.price",
        unit: "ms",
        value: price,
        floor: (whole * PER_ACCOUNT) / MARKETS,
        peers: { "all of it anew": whole },
      },
    ] satisfies readonly Measurement[];
  },
};

/** Incremental sums and sums from nothing are the same numbers, not nearly the same. */
function requireSame(stress: Stress): void {
  const forward = printSums(stress);
  computeWhole(stress);
  if (printSums(stress) !== forward) throw new Error("stress brought forward differs from stress computed anew");
}

const printSums = (stress: Stress) =>
  Array.from({ length: MARKETS + 1 }, (_, market) => lossesOf(stress, market).join()).join(";");

const sumOf = (stress: Stress) =>
  Array.from({ length: MARKETS + 1 }, (_, market) => lossesOf(stress, market))
    .flat()
    .reduce((sum, loss) => sum + loss, 0n);

/** Every account's cash moves a little and its first position is replaced; twice, so that all is as it was. */
function changeAccounts({ stress, cash, rows }: Portfolio): void {
  const step = Math.floor(rows.length / (CHANGES / 2));
  for (const factor of [1.01, 1]) {
    for (let account = 0; account < (CHANGES / 2) * step; account += step) {
      const [first] = rows[account] as readonly [Row];
      const changed = { market: first.market, lots: first.lots * factor, cost: first.cost * factor };
      setAccount(stress, { account, cash: (cash[account] ?? 0) * factor, positions: [changed] });
    }
  }
}

function movePrice(stress: Stress, round: number): void {
  const price = pricesAt(round % 2 === 0 ? 1.01 : 1).get(1);
  if (price !== undefined) setPrice(stress, 1, price);
}

/** How one writes it first: objects, a closure for each scenario, a sum in a double. */
function sumOverObjects({ stress, cash, rows }: Portfolio): number {
  const prices = pricesAt(1);
  let sum = 0;
  for (const scenario of stress.scenarios) {
    for (const [account, positions] of rows.entries()) {
      const equity = positions.reduce((total, { market, lots, cost }) => {
        const price = prices.get(market);
        return total + lots * (price?.price ?? 0) * factorOf(scenario, price?.assetClass ?? 0) - cost;
      }, cash[account] ?? 0);
      if (equity < 0) sum += Math.ceil(-equity);
    }
  }
  return sum;
}

function medianOf(rounds: number, run: (round: number) => void): number {
  const times = Array.from({ length: rounds }, (_, round) => {
    const start = performance.now();
    run(round);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? NaN;
}
