import { readFile } from "node:fs/promises";

import { expect } from "chai";

import { deleverageGas } from "./gas/clearing.ts";
import { gasBenches, measureGas } from "./gas/group.ts";
import { SNAPSHOT_FILE } from "./gas-snapshot.ts";
import type { Measurement } from "./measurement.ts";

const MEASURE_TIMEOUT_MS = 120_000;
/** More than there are entries, so that sums hold several accounts. */
const FEW = 300;

/** What each figure may be at most: gas, or times its floor. */
const TARGETS: Readonly<Record<string, { readonly gas?: number; readonly floors?: number }>> = {
  "check.external.cold": { gas: 5_400 },
  "check.external.warm": { gas: 850 },
  "check.mirror.cold": { floors: 1.03 },
  "check.word": { gas: 60 },
  // Half of what RMNRemote.curse costs, which npm run bench -- trip measures.
  trip: { gas: 46_370, floors: 1.15 },
  "halt-all": { gas: 46_370, floors: 1.15 },
  // 1.1 times 28,400, 6,760 for each signature and 5,000 for each slot written beyond the first.
  "directive.1": { gas: 55_176 },
  "directive.3": { gas: 70_048 },
  "directive.5": { gas: 84_920 },
  "broadcast.1": { floors: 1.05 },
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

  for (const [bench, { gas = Infinity, floors = Infinity }] of Object.entries(TARGETS)) {
    it(`of ${bench} is at most ${String(gas)}, and ${String(floors)} times the floor`, () => {
      const figure = figureOf(bench);

      expect(figure.value).to.be.greaterThan(0);
      expect(figure.value).to.be.at.most(gas);
      expect(figure.value).to.be.at.most(floors * figure.floor);
    });
  }

  it("of halting the whole protocol does not depend on how many markets there are", () => {
    expect(figureOf("halt-all").value).to.equal(figureOf("halt-all.1").value);
    expect(figureOf("halt-all").value).to.be.at.most(figureOf("trip").value);
  });

  it("of deleveraging does not depend on how many accounts there are", () => {
    for (const { value } of ["deleverage.1000", "deleverage.100000"].map(figureOf)) {
      expect(value).to.equal(figureOf("deleverage.10").value);
    }
  });

  it("of deleveraging does not depend on whether a crowd came in as sums or one by one", async function () {
    this.timeout(MEASURE_TIMEOUT_MS);
    expect(await deleverageGas(FEW, true)).to.equal(await deleverageGas(FEW));
  });

  function figureOf(bench: string): Measurement {
    const figure = measured.find((measurement) => measurement.bench === bench);
    if (figure === undefined) throw new RangeError(`${bench} was not measured`);
    return figure;
  }
});
