import { expect } from "chai";
import fc from "fast-check";

import { type Errand, purposeOf } from "../../../../relayer/domain/errand/errand.ts";
import {
  type Purse,
  type Quote,
  type SpendingPolicy,
  costOf,
  judgeErrand,
  pay,
} from "../../../../relayer/domain/errand/judge.ts";
import { aPacket } from "../../../support/packet-builders.ts";

const EXECUTE: Errand = { kind: "execute", packet: aPacket(1), gas: 100 };
const LIFT: Errand = { kind: "lift", market: 1 };
const TOP_UP: Errand = { kind: "top-up", wei: 50n };

const POLICY: SpendingPolicy = {
  perDayWei: 1_000n,
  choresPerDayWei: 300n,
  reserveWei: 500n,
  maxGasPriceWei: 10n,
  minProfitWei: -100n,
  topUpPerDayWei: 120n,
};
const PURSE: Purse = { balanceWei: 2_000n, spentWei: 0n, spentOnChoresWei: 0n, givenWei: 0n };
/** Costs 100 and brings nothing. */
const QUOTE: Quote = { gas: 100, gasPriceWei: 1n, rewardWei: 0n };

const judge = (errand: Errand, { quote = {}, purse = {} }: { quote?: Partial<Quote>; purse?: Partial<Purse> } = {}) =>
  judgeErrand(errand, { ...QUOTE, ...quote }, { ...PURSE, ...purse }, POLICY);

describe("judgeErrand", () => {
  it("sends what every limit allows, to the wei", () => {
    expect(judge(EXECUTE, { purse: { balanceWei: 100n, spentWei: 900n } })).to.equal("send");
    expect(judge(LIFT, { purse: { balanceWei: 600n, spentOnChoresWei: 200n } })).to.equal("send");
    expect(judge(TOP_UP, { purse: { balanceWei: 650n, givenWei: 70n } })).to.equal("send");
  });

  it("refuses what breaks one of them by a wei, and names it", () => {
    expect(judge(EXECUTE, { quote: { gasPriceWei: 11n, gas: 1 } })).to.equal("gas-price");
    expect(judge(EXECUTE, { purse: { balanceWei: 99n } })).to.equal("balance");
    expect(judge(EXECUTE, { purse: { spentWei: 901n } })).to.equal("budget");
    expect(judge(LIFT, { purse: { balanceWei: 599n } })).to.equal("reserve");
    expect(judge(LIFT, { purse: { spentOnChoresWei: 201n } })).to.equal("budget");
    expect(judge(LIFT, { quote: { gas: 101 } })).to.equal("loss");
    expect(judge(TOP_UP, { purse: { balanceWei: 649n } })).to.equal("reserve");
    expect(judge(TOP_UP, { purse: { givenWei: 71n } })).to.equal("budget");
  });

  it("lets messages use the reserve and make a loss", () => {
    expect(judge(EXECUTE, { purse: { balanceWei: 150n }, quote: { gas: 150 } })).to.equal("send");
    expect(judge({ kind: "broadcast", isHeartbeat: false }, { quote: { gas: 200 } })).to.equal("send");
    expect(judge({ kind: "broadcast", isHeartbeat: true }, { quote: { gas: 200 } })).to.equal("loss");
  });

  it("takes a chore that the treasury pays for", () => {
    expect(judge(LIFT, { quote: { gas: 250, rewardWei: 150n } })).to.equal("send");
    expect(judge(LIFT, { quote: { gas: 250, rewardWei: 149n } })).to.equal("loss");
  });

  it("never spends more than a day's budget, and never a chore's wei out of the reserve, whatever is asked", () => {
    const anErrand = fc.constantFrom<Errand>(EXECUTE, LIFT, TOP_UP, { kind: "broadcast", isHeartbeat: true });
    const aQuote = fc.record({
      gas: fc.integer({ min: 1, max: 400 }),
      gasPriceWei: fc.bigInt(1n, 12n),
      rewardWei: fc.bigInt(0n, 2_000n),
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anErrand, aQuote), { maxLength: 60 }),
        fc.bigInt(0n, 3_000n),
        (asked, balanceWei) => {
          let purse: Purse = { ...PURSE, balanceWei };
          for (const [errand, quote] of asked) {
            if (judgeErrand(errand, quote, purse, POLICY) !== "send") continue;
            purse = pay(purse, errand, quote);
            expect(purse.balanceWei >= (purposeOf(errand) === "message" ? 0n : POLICY.reserveWei)).to.equal(true);
            expect(quote.rewardWei - costOf(quote) >= POLICY.minProfitWei || purposeOf(errand) !== "chore").to.equal(
              true,
            );
          }
          expect(purse.spentWei <= POLICY.perDayWei).to.equal(true);
          expect(purse.spentOnChoresWei <= POLICY.choresPerDayWei).to.equal(true);
          expect(purse.givenWei <= POLICY.topUpPerDayWei).to.equal(true);
          expect(purse.balanceWei).to.equal(balanceWei - purse.spentWei - purse.givenWei);
        },
      ),
    );
  });
});
