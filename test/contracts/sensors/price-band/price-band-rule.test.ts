import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";

import { STANDARD_BAND } from "../../../../scripts/sensor-study/rules/presets.ts";
import { NO_BAND, pokeBand, type BandParameters } from "../../../../scripts/sensor-study/rules/price-band.ts";

const VECTORS = new URL("../../../vectors/price-band.json", import.meta.url);
const LARGEST_PRICE = (1n << 112n) - 1n;
const START = 1_650_000_000n;

interface BandVector {
  readonly why: string;
  readonly parameters: readonly string[];
  readonly pricesE18: readonly string[];
  readonly confidencesE18: readonly string[];
  readonly times: readonly string[];
  readonly ages: readonly string[];
  readonly tiers: readonly string[];
  readonly references: readonly string[];
  readonly anchors: readonly string[];
  readonly breachEnds: readonly string[];
}

function readParameters(fields: readonly string[]): BandParameters {
  const values = fields.map(BigInt);
  const [tauSeconds = 0n, clipBps = 0n, anchorUpBps = 0n, anchorDownBps = 0n, anchorSeconds = 0n, ...last] =
    values.slice(6);
  const [seedMaxAgeSeconds = 0n, minGapSeconds = 0n] = last;
  const tiers = { tiersBps: values.slice(0, 3), tiersSeconds: values.slice(3, 6) };
  const anchor = { anchorUpBps, anchorDownBps, anchorSeconds };
  return { ...tiers, ...anchor, tauSeconds, clipBps, seedMaxAgeSeconds, minGapSeconds };
}

describe("price band rule in TypeScript", () => {
  for (const vector of JSON.parse(readFileSync(VECTORS, "utf8")) as BandVector[]) {
    it(`keeps and asserts what the contract does: ${vector.why}`, () => {
      const parameters = readParameters(vector.parameters);
      const valueAt = (column: readonly string[], at: number): bigint => BigInt(column[at] ?? "");
      let state = NO_BAND;

      const pokes = vector.pricesE18.map((price, at) => {
        const seen = {
          priceE18: BigInt(price),
          confidenceE18: valueAt(vector.confidencesE18, at),
          publishTime: valueAt(vector.times, at),
          ageSeconds: valueAt(vector.ages, at),
        };
        const poke = pokeBand(state, seen, parameters);
        state = poke.state;
        return poke;
      });

      expect(pokes.map((poke) => String(poke.tier))).to.deep.equal(vector.tiers);
      expect(pokes.map((poke) => String(poke.state.referenceE18))).to.deep.equal(vector.references);
      expect(pokes.map((poke) => String(poke.state.anchorE18))).to.deep.equal(vector.anchors);
      expect(pokes.map((poke) => String(poke.state.breachEndsAt))).to.deep.equal(vector.breachEnds);
    });
  }

  it("moves its reference by no more than the clip, whatever the price and however long nobody looked", () => {
    const price = fc.bigInt(1n, LARGEST_PRICE);
    fc.assert(
      fc.property(price, price, fc.bigInt(1n, 1n << 31n), (first, second, elapsed) => {
        const seen = { confidenceE18: 0n, ageSeconds: 0n };
        const seeded = pokeBand(NO_BAND, { ...seen, priceE18: first, publishTime: START }, STANDARD_BAND).state;
        const next = { ...seen, priceE18: second, publishTime: START + elapsed };
        const { referenceE18 } = pokeBand(seeded, next, STANDARD_BAND).state;
        const moved = referenceE18 > first ? referenceE18 - first : first - referenceE18;
        return moved * 10_000n <= first * STANDARD_BAND.clipBps;
      }),
    );
  });
});
