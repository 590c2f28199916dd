import { expect } from "chai";
import fc from "fast-check";

import { DEFAULT_SCENARIOS } from "../../../../relayer/domain/risk/scenarios.ts";
import {
  type Stress,
  type StressPrice,
  computeWhole,
  createStress,
  lossesOf,
  setAccount,
  setPrice,
  setPricesWhole,
} from "../../../../relayer/domain/risk/stress.ts";
import { FUZZ } from "../../../support/fuzz.ts";

const MARKETS = [1, 2, 3] as const;
const aPrice = (price: number, assetClass = 0): StressPrice => ({ price, longOffset: 0, shortOffset: 0, assetClass });
const PRICES = new Map(MARKETS.map((market) => [market, aPrice(1_000, market - 1)]));

const allLosses = (stress: Stress) => MARKETS.map((market) => lossesOf(stress, market).map(String));

function start(): Stress {
  const stress = createStress(DEFAULT_SCENARIOS);
  setPricesWhole(stress, PRICES);
  return stress;
}

/** What an account has after whatever was done to it. */
interface Held {
  cash: number;
  positions: Map<number, { lots: number; cost: number }>;
}

/** The same accounts in new columns, whatever way they came to be. */
function rebuild(accounts: readonly Held[], prices: ReadonlyMap<number, StressPrice>): Stress {
  const stress = createStress(DEFAULT_SCENARIOS);
  for (const { cash, positions } of accounts) {
    // In another order than that of the history.
    const rows = [...positions].sort(([a], [b]) => b - a).map(([market, row]) => ({ market, ...row }));
    setAccount(stress, { account: null, cash, positions: rows });
  }
  setPricesWhole(stress, prices);
  return stress;
}

const anOperation = fc.oneof(
  fc.record({
    kind: fc.constant("account" as const),
    account: fc.nat(5),
    cash: fc.integer({ min: -50_000, max: 2_000_000 }),
    market: fc.constantFrom(...MARKETS),
    lots: fc.oneof(fc.constant(0), fc.double({ min: -5_000, max: 5_000, noNaN: true })),
    entry: fc.double({ min: 500, max: 1_500, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant("price" as const),
    market: fc.constantFrom(...MARKETS),
    price: fc.double({ min: 300, max: 3_000, noNaN: true }),
    offset: fc.double({ min: -20, max: 20, noNaN: true }),
  }),
);

describe("stress", () => {
  describe("when one account is at risk", () => {
    it("is what the account would owe beyond what it has, in each scenario", () => {
      const stress = start();
      // Long 10 lots at 1,000 with 1,000 of cash: owes from a fall of 10 per cent on.
      setAccount(stress, { account: null, cash: 1_000, positions: [{ market: 1, lots: 10, cost: 10_000 }] });

      const losses = lossesOf(stress, 1);

      const lossIn = (id: string) => losses[DEFAULT_SCENARIOS.findIndex((scenario) => scenario.id === id)];
      expect(lossIn("all-down-10")).to.equal(0n);
      expect(lossIn("all-down-15")).to.equal(500n);
      expect(lossIn("all-down-35")).to.equal(2_500n);
      expect(lossIn("all-up-35")).to.equal(0n);
      expect(lossIn("day-2020-03-12")).to.equal(3_500n);
    });

    it("rounds a loss up to a whole unit", () => {
      const stress = start();
      setAccount(stress, { account: null, cash: 999.5, positions: [{ market: 1, lots: 10, cost: 10_000 }] });

      expect(lossesOf(stress, 1)[DEFAULT_SCENARIOS.findIndex(({ id }) => id === "all-down-10")]).to.equal(1n);
    });

    it("nets gains of one market against losses of another, and divides the rest by what was lost in each", () => {
      const stress = start();
      const positions = [
        { market: 1, lots: 10, cost: 10_000 },
        { market: 2, lots: 30, cost: 30_000 },
        { market: 3, lots: -10, cost: -10_000 },
      ];
      setAccount(stress, { account: null, cash: 0, positions });

      const down10 = DEFAULT_SCENARIOS.findIndex(({ id }) => id === "all-down-10");
      // Loses 1,000 and 3,000, gains 1,000: owes 3,000, a quarter and three quarters.
      expect(MARKETS.map((market) => lossesOf(stress, market)[down10])).to.deep.equal([750n, 2_250n, 0n]);
    });

    it("counts funding and socialised loss on the side that pays them", () => {
      const stress = start();
      setPrice(stress, 1, { price: 1_000, longOffset: -100, shortOffset: 0, assetClass: 0 });
      setAccount(stress, { account: null, cash: 0, positions: [{ market: 1, lots: 10, cost: 10_000 }] });

      expect(lossesOf(stress, 1)[DEFAULT_SCENARIOS.findIndex(({ id }) => id === "all-up-5")]).to.equal(500n);
    });

    it("blames no market for a debt without positions", () => {
      const stress = start();
      setAccount(stress, { account: null, cash: -7, positions: [] });

      expect(lossesOf(stress, 0).every((loss) => loss === 7n)).to.equal(true);
    });
  });

  describe("when accounts and prices change", () => {
    it("equals what is computed anew, and from new columns, to the bit", () => {
      fc.assert(
        fc.property(fc.array(anOperation, { minLength: 1, maxLength: 60 }), (operations) => {
          const stress = start();
          const accounts: Held[] = [];
          const prices = new Map(PRICES);
          for (const operation of operations) {
            if (operation.kind === "price") {
              const { market, price, offset } = operation;
              const moved = { ...aPrice(price, market - 1), longOffset: offset, shortOffset: -offset };
              prices.set(market, moved);
              setPrice(stress, market, moved);
              continue;
            }
            const { cash, market, lots, entry } = operation;
            const account = Math.min(operation.account, accounts.length);
            const isNew = account === accounts.length;
            if (isNew) accounts.push({ cash, positions: new Map() });
            const held = accounts[account]!;
            held.cash = cash;
            if (lots === 0) held.positions.delete(market);
            else held.positions.set(market, { lots, cost: lots * entry });
            setAccount(stress, {
              account: isNew ? null : account,
              cash,
              positions: [{ market, lots, cost: lots * entry }],
            });
          }

          const forward = allLosses(stress);
          computeWhole(stress);

          expect(allLosses(stress)).to.deep.equal(forward);
          expect(allLosses(rebuild(accounts, prices))).to.deep.equal(forward);
        }),
        FUZZ,
      );
    });

    it("does not round however large the sums", () => {
      const stress = start();
      const large = [1, 2, 3, 4, 5].map(() => setAccount(stress, { account: null, cash: -(2 ** 53), positions: [] }));
      const one = setAccount(stress, { account: null, cash: -1, positions: [] });

      // Each is counted as 2^52, the most that a term may be.
      expect(lossesOf(stress, 0)[0]).to.equal(5n * 2n ** 52n + 1n);
      setAccount(stress, { account: large[0]!, cash: -(2 ** 51), positions: [] });
      expect(lossesOf(stress, 0)[0]).to.equal(4n * 2n ** 52n + 2n ** 51n + 1n);
      setAccount(stress, { account: large[1]!, cash: 0, positions: [] });
      setAccount(stress, { account: large[0]!, cash: -(2 ** 53), positions: [] });
      setAccount(stress, { account: large[1]!, cash: -(2 ** 53), positions: [] });
      setAccount(stress, { account: one, cash: 0, positions: [] });
      expect(lossesOf(stress, 0)[0]).to.equal(5n * 2n ** 52n);
    });
  });
});
