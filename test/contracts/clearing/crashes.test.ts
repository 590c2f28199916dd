import { readFile } from "node:fs/promises";

import { expect } from "chai";

import type { Recorded } from "../../../scripts/venue-study/crashes/crash-list.ts";
import { GUARDS } from "../../../scripts/venue-study/crashes/print-crashes.ts";
import { type CrashOutcome, replayCrash } from "../../../scripts/venue-study/crashes/replay-crash.ts";

const FILE = new URL("../../vectors/crash-2020-03-13.json", import.meta.url);
const SEED = 3;
const ACCOUNTS = 10;
const NEWCOMER_MINUTES = 10;
const CALLS = 40;
const LOT_E18 = 10n ** 14n;
const TIMEOUT_MS = 180_000;
const REDUCE_ONLY = 2;

type Pairs = readonly (readonly [number, number])[];

describe("half an hour of 13 March 2020, through hub, sensors, aggregator and clearing house", () => {
  let without: CrashOutcome;
  let withBoth: CrashOutcome;

  before(async function () {
    this.timeout(TIMEOUT_MS);
    const file = JSON.parse(await readFile(FILE, "utf8")) as { readonly before: Pairs; readonly minutes: Pairs };
    const ticks = (pairs: Pairs) => pairs.map(([time, price]) => ({ time, price }));
    const recorded: Recorded = {
      name: "2020-03-13",
      lotE18: LOT_E18,
      before: ticks(file.before),
      minutes: ticks(file.minutes),
    };
    const replay = (name: string) => {
      const guard = GUARDS[name];
      if (guard === undefined) throw new RangeError(`there is no guard ${name}`);
      const scenario = { guard, seed: SEED, accounts: ACCOUNTS, newcomerMinutes: NEWCOMER_MINUTES, calls: CALLS };
      return replayCrash(recorded, scenario, () => undefined);
    };
    without = await replay("neither");
    withBoth = await replay("both");
  });

  it("liquidate and bankrupt some where nothing is guarded, and raise no rung", () => {
    expect(without.liquidations).to.be.greaterThan(0);
    expect(without.worstBreaker + without.worstMargin).to.equal(0);
  });

  it("raise breaker and margin where they may", () => {
    expect(withBoth.worstBreaker).to.be.at.least(REDUCE_ONLY);
    expect(withBoth.worstMargin).to.be.greaterThan(0);
  });

  it("let in no more newcomers under the breaker than without it", () => {
    expect(withBoth.refused).to.be.at.least(without.refused);
    expect(withBoth.fills).to.be.at.most(without.fills);
  });

  it("find somebody for all that bankrupt accounts lacked: funds, then haircuts, then everybody (P12)", () => {
    for (const { badDebtUnits, fundUnits, haircutUnits, socialisedUnits } of [without, withBoth]) {
      const found = fundUnits + haircutUnits + socialisedUnits;

      // Each is rounded down to units; a cut and a step of socialised loss may take a unit more.
      expect(Number(found - badDebtUnits)).to.be.within(-3, 2 * ACCOUNTS);
    }
  });
});
