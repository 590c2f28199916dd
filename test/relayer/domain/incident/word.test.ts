import { expect } from "chai";
import fc from "fast-check";

import { type Hex, hexOfInteger } from "../../../../relayer/domain/hex.ts";
import { leases } from "../../../../relayer/domain/incident/leases.ts";
import { type Rungs, breakerOf, marginOf } from "../../../../relayer/domain/incident/rungs.ts";
import {
  EMPTY_WORD,
  PROVISIONAL_SECONDS,
  RUNG_LANES,
  coversWord,
  holdsLane,
  laneOf,
  lapseWordBy,
  mergeWords,
  outpacesWord,
  provisionalWord,
  rungsInForce,
  singleLane,
  splitWord,
  splitWordAt,
  stampRungs,
  stampsOnly,
  word,
} from "../../../../relayer/domain/incident/word.ts";
import { aLikelyWord, anyWord, someRungs, validLeases } from "../../../support/arbitraries.ts";
import { LEASES, T0, aMarketWord, aWord } from "../../../support/builders.ts";
import { naiveInForce, naiveMerge, naiveStamped, fromNaive, toNaive } from "../../../support/naive-word.ts";
import vectors from "../../../vectors/word.json" with { type: "json" };

type Vector = (typeof vectors)[number];

const hex = (value: bigint): Hex => hexOfInteger(value, 32);
const flag = (value: boolean): Hex => hex(value ? 1n : 0n);

/** What our half makes of a vector: expected, and other where there are two results. */
function run(vector: Vector): readonly [Hex, Hex] {
  const { op, index, time } = vector;
  const [a, b, ofLeases] = [word(BigInt(vector.a)), word(BigInt(vector.b)), leases(BigInt(vector.leases))];
  const rungs = vector.rungs as Rungs;
  const none = hex(0n);
  switch (op) {
    case "lane":
      return [hex(BigInt(laneOf(a, index))), none];
    case "single":
      return [hex(singleLane(index, time)), none];
    case "stamped":
      return [hex(stampRungs(rungs, time)), none];
    case "merge":
      return [hex(mergeWords(a, b)), none];
    case "stampsOnly":
      return [hex(stampsOnly(a)), none];
    case "split":
      return [hex(splitWord(a, rungs).kept), hex(splitWord(a, rungs).above)];
    case "splitAt":
      return [hex(splitWordAt(a, time).kept), hex(splitWordAt(a, time).ahead)];
    case "lapsingBy":
      return [hex(lapseWordBy(a, ofLeases, time)), none];
    case "inForce":
      return [hex(BigInt(rungsInForce(a, ofLeases, time))), none];
    case "holds":
      return [flag(holdsLane(a, index, { leases: ofLeases, time })), none];
    case "outpaces":
      return [flag(outpacesWord(a, b, { leases: ofLeases, time })), none];
    default:
      throw new TypeError(`no operation ${op}`);
  }
}

describe("word", () => {
  describe("when held against the shared vectors", () => {
    for (const vector of vectors) {
      it(`${vector.op}: ${vector.why}`, () => {
        expect(run(vector)).to.deep.equal([vector.expected, vector.other]);
      });
    }
  });

  describe("when merged", () => {
    it("does not depend on order, grouping or repetition (P1)", () => {
      fc.assert(
        fc.property(anyWord(), anyWord(), anyWord(), (a, b, c) => {
          expect(mergeWords(a, b)).to.equal(mergeWords(b, a));
          expect(mergeWords(mergeWords(a, b), c)).to.equal(mergeWords(a, mergeWords(b, c)));
          expect(mergeWords(a, a)).to.equal(a);
          expect(mergeWords(mergeWords(a, b), b)).to.equal(mergeWords(a, b));
        }),
      );
    });

    it("takes the same lanes as the plain implementation", () => {
      fc.assert(
        fc.property(anyWord(), anyWord(), (a, b) => {
          expect(mergeWords(a, b)).to.equal(fromNaive(naiveMerge(toNaive(a), toNaive(b))));
        }),
      );
    });

    it("lowers no rung before its lease ends, whatever the stamps of the message (P2)", () => {
      const time = fc.integer({ min: T0 - 10, max: T0 + 90_000 });
      fc.assert(
        fc.property(
          aLikelyWord(),
          fc.array(anyWord(), { maxLength: 6 }),
          validLeases(),
          time,
          (held, messages, of, now) => {
            const before = rungsInForce(held, of, now);

            const merged = messages.reduce((all, message) => mergeWords(all, stampsOnly(message)), held);

            const after = rungsInForce(merged, of, now);
            expect(breakerOf(after)).to.be.at.least(breakerOf(before));
            expect(marginOf(after)).to.be.at.least(marginOf(before));
          },
        ),
      );
    });

    it("ends in the same word for all who heard everything at least once, in any order (P3)", () => {
      const story = fc
        .array(anyWord(), { minLength: 1, maxLength: 5 })
        .chain((words) =>
          fc.tuple(
            fc.constant(words),
            fc.shuffledSubarray(words, { minLength: words.length }),
            fc.array(fc.constantFrom(...words)),
          ),
        );
      fc.assert(
        fc.property(story, ([told, shuffled, repeats]) => {
          expect([...shuffled, ...repeats].reduce(mergeWords, EMPTY_WORD)).to.equal(
            told.reduce(mergeWords, EMPTY_WORD),
          );
        }),
      );
    });
  });

  describe("when stamped and read", () => {
    it("says what the plain implementation says", () => {
      fc.assert(
        fc.property(aLikelyWord(), validLeases(), fc.integer({ min: T0 - 500, max: T0 + 91_000 }), (held, of, time) => {
          const { breaker, margin } = naiveInForce(toNaive(held), toNaive(of), time);
          expect(rungsInForce(held, of, time)).to.equal(breaker * 16 + margin);
        }),
      );
    });

    it("stamps the rungs of the plain implementation", () => {
      fc.assert(
        fc.property(someRungs(), fc.integer({ min: 1, max: 0xffff_ffff }), (rungs, time) => {
          expect(stampRungs(rungs, time)).to.equal(fromNaive(naiveStamped(breakerOf(rungs), marginOf(rungs), time)));
        }),
      );
    });

    it("comes down in stages and never up as time goes by", () => {
      fc.assert(
        fc.property(
          aLikelyWord(),
          validLeases(),
          fc.integer({ min: 0, max: 90_000 }),
          fc.integer({ min: 0, max: 90_000 }),
          (held, of, a, b) => {
            const [early, late] = [T0 + Math.min(a, b), T0 + Math.max(a, b)].map((time) =>
              rungsInForce(held, of, time),
            ) as [Rungs, Rungs];
            expect(breakerOf(late)).to.be.at.most(breakerOf(early));
            expect(marginOf(late)).to.be.at.most(marginOf(early));
          },
        ),
      );
    });
  });

  describe("when split", () => {
    it("loses no stamp and duplicates none", () => {
      fc.assert(
        fc.property(anyWord(), someRungs(), fc.integer({ min: 0, max: 0xffff_ffff }), (of, ceiling, latest) => {
          const byCeiling = splitWord(of, ceiling);
          const byTime = splitWordAt(of, latest);

          expect(byCeiling.kept | byCeiling.above).to.equal(stampsOnly(of));
          expect(byCeiling.kept & byCeiling.above).to.equal(0n);
          expect(byTime.kept | byTime.ahead).to.equal(stampsOnly(of));
          expect(byTime.kept & byTime.ahead).to.equal(0n);
        }),
      );
    });
  });

  describe("when provisional", () => {
    it("backdates each lane by its lease, so that all lapse ten minutes after the evidence", () => {
      const evidence = aMarketWord({ caution: T0, reduceOnly: T0, halted: T0, m4: T0 - 60 });

      const provisional = provisionalWord(evidence, LEASES);

      expect(provisional).to.equal(
        aWord({ caution: T0 - 42_600, reduceOnly: T0 - 10_200, halted: T0 - 3_000, m4: T0 - 3_060 }),
      );
    });

    it("is in force exactly as long as its evidence is younger than ten minutes", () => {
      fc.assert(
        fc.property(aLikelyWord(), validLeases(), fc.integer({ min: T0, max: T0 + 1_200 }), (evidence, of, time) => {
          const provisional = provisionalWord(evidence, of);
          for (const index of RUNG_LANES) {
            const stamp = laneOf(evidence, index);
            const isFresh = stamp > 0 && time < stamp + PROVISIONAL_SECONDS;
            expect(holdsLane(provisional, index, { leases: of, time })).to.equal(isFresh);
          }
        }),
      );
    });
  });

  describe("when asked whether it covers another", () => {
    it("needs every stamp, and no voidBefore", () => {
      const held = aMarketWord({ caution: T0, halted: T0 });

      expect(coversWord(held, aWord({ caution: T0, halted: T0 - 1 }))).to.equal(true);
      expect(coversWord(held, aWord({ caution: T0 + 1 }))).to.equal(false);
      expect(coversWord(held, aWord({ voidBefore: T0 }))).to.equal(true);
    });
  });
});
