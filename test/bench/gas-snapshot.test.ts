import { readFile } from "node:fs/promises";

import { expect } from "chai";

import { gasBenches, measureGas } from "./gas/group.ts";
import { SNAPSHOT_FILE } from "./gas-snapshot.ts";
import type { Measurement } from "./measurement.ts";

const MEASURE_TIMEOUT_MS = 120_000;

/** What each figure may be at most: gas, or times its floor. */
const TARGETS: Readonly<Record<string, { readonly gas?: number; readonly floors?: number }>> = {
  "check.external.cold": { gas: 5_400 },
  "check.external.warm": { gas: 850 },
  "check.mirror.cold": { floors: 1.03 },
  "check.word": { gas: 60 },
  trip: { floors: 1.15 },
  "broadcast.4": { floors: 1.05 },
  "broadcast.20": { floors: 1.05 },
  "flow.cold": { gas: 12_000 },
  "flow.warm": { gas: 1_000 },
  "volatility-poke": { gas: 45_000 },
};

describe("gas", () => {
  let measured: readonly Measurement[];

  before(async function () {
    this.timeout(MEASURE_TIMEOUT_MS);
    measured = await measureGas(new Set(gasBenches.names), false);
  });

  it("is what the reviewed snapshot says (npm run bench -- --snapshot writes a new one)", async () => {
    const figures = measured.map(({ bench, value, floor }) => [bench, { value, floor }]);

    expect(Object.fromEntries(figures)).to.deep.equal(JSON.parse(await readFile(SNAPSHOT_FILE, "utf8")));
  });

  for (const [bench, target] of Object.entries(TARGETS)) {
    it(`of ${bench} is at most ${target.gas ? String(target.gas) : `${String(target.floors)} times the floor`}`, () => {
      const figure = measured.find((measurement) => measurement.bench === bench);

      expect(figure?.value).to.be.greaterThan(0);
      expect(figure?.value).to.be.at.most(target.gas ?? (target.floors ?? 0) * (figure?.floor ?? 0));
    });
  }
});
