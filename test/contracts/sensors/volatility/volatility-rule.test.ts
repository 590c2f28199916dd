import { expect } from "chai";
import fc from "fast-check";
import { readFileSync } from "node:fs";

import { exp2X64, log2X64 } from "../../../../scripts/sensor-study/rules/powers-of-two.ts";
import { MAJORS, POOLED_MODEL } from "../../../../scripts/sensor-study/rules/presets.ts";
import { createVolatilityRule } from "../../../../scripts/sensor-study/rules/volatility.ts";

const VECTORS = new URL("../../../vectors/", import.meta.url);
const MODEL_FIELDS = Object.keys(POOLED_MODEL);
const PARAMETER_FIELDS = Object.keys(MAJORS);
const TWO_POW_64 = 2 ** 64;

interface PowerVector {
  readonly op: "log2" | "exp2";
  readonly input: string;
  readonly ownX64: string;
}

interface VolatilityVector {
  readonly why: string;
  readonly model: readonly string[];
  readonly parameters: readonly string[];
  readonly pricesE18: readonly string[];
  readonly times: readonly string[];
  readonly packed: readonly string[];
  readonly rungs: readonly string[];
  readonly volatilitiesX64: readonly string[];
  readonly marginsE6: readonly string[];
}

function readVectors<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(name, VECTORS), "utf8")) as T[];
}

/** `values` under `names`, as the contract's struct orders them. */
function named<T>(names: readonly string[], values: readonly string[]): T {
  expect(values).to.have.length(names.length);
  return Object.fromEntries(names.map((name, at) => [name, BigInt(values[at] ?? "")])) as T;
}

describe("powers of two in TypeScript", () => {
  it("are the contract's, integer by integer", () => {
    const vectors = readVectors<PowerVector>("volatility-powers.json");

    const own = vectors.map(({ op, input }) => String(op === "log2" ? log2X64(BigInt(input)) : exp2X64(BigInt(input))));

    expect(own).to.have.length(37);
    expect(own).to.deep.equal(vectors.map(({ ownX64 }) => ownX64));
  });

  it("agree with double precision to its last places", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (value) => {
        const exact = BigInt(Math.round(value * 2 ** 40)) << 24n;
        const log = log2X64(exact);
        const difference = Number(log) / TWO_POW_64 - Math.log2(Number(exact) / TWO_POW_64);
        const ratio = Number(exp2X64(log)) / Number(exact);
        return Math.abs(difference) < 1e-13 && Math.abs(ratio - 1) < 1e-12;
      }),
    );
  });
});

describe("volatility rule in TypeScript", () => {
  for (const vector of readVectors<VolatilityVector>("volatility.json")) {
    it(`keeps and asserts what the contract does: ${vector.why}`, () => {
      const rule = createVolatilityRule(named(MODEL_FIELDS, vector.model), named(PARAMETER_FIELDS, vector.parameters));
      let packed = 0n;

      const pokes = vector.pricesE18.map((price, at) => {
        const poke = rule.poke(packed, { priceE18: BigInt(price), publishTime: BigInt(vector.times[at] ?? "") });
        packed = poke.packed;
        return poke;
      });

      expect(pokes.map((poke) => String(poke.packed))).to.deep.equal(vector.packed);
      expect(pokes.map((poke) => String(poke.rung))).to.deep.equal(vector.rungs);
      expect(pokes.map((poke) => String(poke.volatilityX64))).to.deep.equal(vector.volatilitiesX64);
      expect(pokes.map((poke) => String(poke.marginE6))).to.deep.equal(vector.marginsE6);
    });
  }
});
