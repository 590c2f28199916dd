import { expect } from "chai";
import { readFileSync } from "node:fs";

const SOURCE = new URL("../../../../contracts/sensors/volatility/ShortfallMultipliers.sol", import.meta.url);
const LEVELS = { 990: 0.99, 995: 0.995, 999: 0.999 } as const;
const STEPS = 20_000;

/** The constants as the contract has them, by name. */
function readConstants(): Map<string, number> {
  const matches = readFileSync(SOURCE, "utf8").matchAll(/uint16 internal constant (\w+) = ([\d_]+);/g);
  return new Map([...matches].map(([, name = "", value = ""]) => [name, Number(value.replaceAll("_", ""))]));
}

function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** Student t with `freedom` degrees, unscaled: the closed forms for three and four. */
function studentDensity(freedom: 3 | 4, x: number): number {
  if (freedom === 3) return 2 / (Math.PI * Math.sqrt(3) * (1 + (x * x) / 3) ** 2);
  return (3 / 8) * (1 + (x * x) / 4) ** -2.5;
}

/** The point above which `density`, symmetric around zero, has a mass of 1 - `level`: Simpson's rule and bisection. */
function quantile(density: (x: number) => number, level: number): number {
  const massUpTo = (x: number): number => {
    const step = x / STEPS;
    let sum = density(0) + density(x);
    for (let at = 1; at < STEPS; at++) sum += density(at * step) * (at % 2 === 0 ? 2 : 4);
    return 0.5 + (sum * step) / 3;
  };
  let [low, high] = [0, 20];
  for (let round = 0; round < 36; round++) {
    const middle = (low + high) / 2;
    if (massUpTo(middle) < level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalShortfall(level: number): number {
  return normalDensity(quantile(normalDensity, level)) / (1 - level);
}

/** Scaled to unit variance. */
function studentShortfall(freedom: 3 | 4, level: number): number {
  const density = (x: number): number => studentDensity(freedom, x);
  const q = quantile(density, level);
  const tail = (density(q) / (1 - level)) * ((freedom + q * q) / (freedom - 1));
  return tail * Math.sqrt((freedom - 2) / freedom);
}

describe("expected-shortfall multipliers", () => {
  it("are those of the formulas, rounded to thousandths", () => {
    const expected = new Map<string, number>();
    for (const [name, level] of Object.entries(LEVELS)) {
      expected.set(`NORMAL_${name}`, Math.round(1_000 * normalShortfall(level)));
      expected.set(`STUDENT4_${name}`, Math.round(1_000 * studentShortfall(4, level)));
      expected.set(`STUDENT3_${name}`, Math.round(1_000 * studentShortfall(3, level)));
    }

    expect(readConstants()).to.deep.equal(expected);
  });
});
