import { readFile } from "node:fs/promises";

import { expect } from "chai";

import { UNIT_FINE } from "../../../scripts/venue-study/house.ts";
import { POLICIES, type Wave } from "../../../scripts/venue-study/waves/read-waves.ts";
import { replayWaves, type WaveOutcome } from "../../../scripts/venue-study/waves/replay-waves.ts";

const FILE = new URL("../../vectors/waves-2025-10-10.json", import.meta.url);
const SEED = 7;
const TIMEOUT_MS = 120_000;
const WAVES = 16;
/** What the issue of deleveraging allows beyond the need, as a part of it. */
const OVERSHOOT = 0.01;

describe("the waves of 10 October 2025, their three largest coins, through the contracts", () => {
  let waves: readonly Wave[];
  let outcomes: readonly WaveOutcome[];

  before(async function () {
    this.timeout(TIMEOUT_MS);
    ({ waves } = JSON.parse(await readFile(FILE, "utf8")) as { waves: readonly Wave[] });
    outcomes = await replayWaves(waves, SEED, () => undefined);
  });

  it("are 16, and production took 45 million more than was needed", () => {
    const over = waves.reduce((sum, { published, neededUsd }) => sum + published.prod.takenUsd - neededUsd, 0);

    expect(waves.length).to.equal(WAVES);
    expect(Math.round(over)).to.equal(45_028_666);
  });

  it("lack in each coin what was needed", () => {
    for (const [index, { wave, coins }] of outcomes.entries()) {
      const needed = waves[index]?.coins.map(({ neededUnits }) => BigInt(neededUnits) * UNIT_FINE);

      expect(coins.map(({ deficitFine }) => deficitFine)).to.deep.equal(needed, `wave ${String(wave.wave)}`);
    }
  });

  it("take from no coin's winners more than a unit beyond it", () => {
    for (const { wave, overshootUnits, takenFine, deficitFine } of outcomes) {
      expect(overshootUnits <= 1n, `wave ${String(wave.wave)}`).to.equal(true);
      expect(Number(takenFine)).to.be.at.most((1 + OVERSHOOT) * Number(deficitFine));
    }
  });

  it("take and socialise all of it, and nobody's principal", () => {
    for (const { coins } of outcomes) {
      for (const { coin, takenFine, socialisedFine, deficitFine, share, profitUnits } of coins) {
        expect(takenFine + socialisedFine >= deficitFine, coin).to.equal(true);
        expect(share, coin).to.be.within(0, 1);
        expect(takenFine <= profitUnits * UNIT_FINE, coin).to.equal(true);
      }
    }
  });

  it("overshoot less than production and than every published policy that covers the need", () => {
    const needed = waves.reduce((sum, { neededUsd }) => sum + neededUsd, 0);
    for (const policy of POLICIES) {
      const taken = waves.reduce((sum, { published }) => sum + published[policy].takenUsd, 0);
      if (taken <= needed + 1) continue;
      const most = outcomes.reduce((sum, { overshootUnits, coins }) => sum + Number(overshootUnits) * coins.length, 0);

      expect(most / 1_000_000, policy).to.be.lessThan(taken - needed);
    }
  });
});
