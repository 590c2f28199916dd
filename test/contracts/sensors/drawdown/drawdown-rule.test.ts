import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";

import { NO_PEAKS, pokeDrawdown, type DrawdownParameters } from "../../../../scripts/sensor-study/rules/drawdown.ts";
import { compactPrice, expandPrice } from "../../../../scripts/sensor-study/rules/peaks.ts";

const VECTORS = new URL("../../../vectors/drawdown.json", import.meta.url);
const LARGEST_PRICE = (1n << 112n) - 1n;

interface DrawdownVector {
  readonly why: string;
  readonly parameters: readonly string[];
  readonly pricesE18: readonly string[];
  readonly confidencesE18: readonly string[];
  readonly times: readonly string[];
  readonly ages: readonly string[];
  readonly short: readonly string[];
  readonly long: readonly string[];
  readonly tiers: readonly string[];
}

function readParameters(fields: readonly string[]): DrawdownParameters {
  const values = fields.map(BigInt);
  const [shortBucketSeconds = 0n, longBucketSeconds = 0n, clipBps = 0n, gapSeconds = 0n, seedMaxAgeSeconds = 0n] =
    values.slice(6);
  return {
    shortTiersBps: values.slice(0, 3),
    longTiersBps: values.slice(3, 6),
    shortBucketSeconds,
    longBucketSeconds,
    clipBps,
    gapSeconds,
    seedMaxAgeSeconds,
  };
}

describe("drawdown rule in TypeScript", () => {
  for (const vector of JSON.parse(readFileSync(VECTORS, "utf8")) as DrawdownVector[]) {
    it(`keeps and asserts what the contract does: ${vector.why}`, () => {
      const parameters = readParameters(vector.parameters);
      const valueAt = (column: readonly string[], at: number): bigint => BigInt(column[at] ?? "");
      let state = NO_PEAKS;

      const pokes = vector.pricesE18.map((price, at) => {
        const seen = {
          priceE18: BigInt(price),
          confidenceE18: valueAt(vector.confidencesE18, at),
          publishTime: valueAt(vector.times, at),
          ageSeconds: valueAt(vector.ages, at),
        };
        const poke = pokeDrawdown(state, seen, parameters);
        state = poke.state;
        return poke;
      });

      expect(pokes.map((poke) => String(poke.tier))).to.deep.equal(vector.tiers);
      expect(pokes.map((poke) => String(poke.state.short))).to.deep.equal(vector.short);
      expect(pokes.map((poke) => String(poke.state.long))).to.deep.equal(vector.long);
    });
  }
});

describe("compact prices in TypeScript", () => {
  it("keep order and lose less than one part in 2^24", () => {
    const price = fc.bigInt(0n, LARGEST_PRICE);
    fc.assert(
      fc.property(price, price, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const kept = expandPrice(compactPrice(low));
        return compactPrice(low) <= compactPrice(high) && kept <= low && (low - kept) << 24n <= low;
      }),
    );
  });
});
