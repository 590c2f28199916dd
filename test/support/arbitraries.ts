import fc from "fast-check";

import { type Leases, packLeases } from "../../relayer/domain/incident/leases.ts";
import type { Rungs } from "../../relayer/domain/incident/rungs.ts";
import { type Word, RUNG_LANES, VOID_LANE, singleLane, word } from "../../relayer/domain/incident/word.ts";
import { T0 } from "./builders.ts";

/** Any 256 bits. */
export const anyWord = (): fc.Arbitrary<Word> => fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }).map(word);

/** Stamps as they occur: never, or within a day and a bit around {@link T0}. Close together, so that bounds are met. */
export const aStamp = (): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: T0 - 90_000, max: T0 + 400 }) },
    { weight: 3, arbitrary: fc.integer({ min: T0 - 4_000, max: T0 + 400 }) },
  );

/** A word as a hub may hold it: some lanes stamped, `voidBefore` mostly untouched. */
export const aLikelyWord = (): fc.Arbitrary<Word> =>
  fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: aStamp() }),
      fc.array(aStamp(), { minLength: 7, maxLength: 7 }),
    )
    .map(([voidBefore, stamps]) => {
      const lanes = RUNG_LANES.map((index) => singleLane(index, stamps[index - 1] ?? 0));
      return word(lanes.reduce((bits, lane) => bits | lane, singleLane(VOID_LANE, voidBefore) as bigint));
    });

/** A pair on the ladders. */
export const someRungs = (): fc.Arbitrary<Rungs> =>
  fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 4 }))
    .map(([breaker, margin]) => (breaker * 16 + margin) as Rungs);

/** Leases that a hub accepts. */
export const validLeases = (): fc.Arbitrary<Leases> =>
  fc
    .tuple(axis(3), axis(4))
    .map(([[caution = 0, reduceOnly = 0, halted = 0], [m1 = 0, m2 = 0, m3 = 0, m4 = 0]]) =>
      packLeases({ caution, reduceOnly, halted, m1, m2, m3, m4 }),
    );

function axis(rungs: number): fc.Arbitrary<readonly number[]> {
  return fc
    .array(fc.integer({ min: 600, max: 90_000 }), { minLength: rungs, maxLength: rungs })
    .map((leases) => leases.toSorted((a, b) => b - a));
}
