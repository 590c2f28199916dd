import fc from "fast-check";

import type { Hex } from "../../relayer/domain/hex.ts";
import { MARKETS } from "../../relayer/domain/incident/posture.ts";
import { EMPTY_WORD, REGISTERED_WORD, type Word, mergeWords } from "../../relayer/domain/incident/word.ts";
import type { ChainCut, PlanInput } from "../../relayer/domain/policy/plan-input.ts";
import { aLikelyWord } from "./arbitraries.ts";
import { EIDS, OPERATORS, T0, aBlock, aHubState, postureOf } from "./builders.ts";

/** Markets that the chains of an arbitrary mesh have: the second may be missing on some. */
const MARKETS_USED = [0, 1] as const;

interface ChainSeed {
  readonly finalised: readonly Word[];
  readonly added: readonly Word[];
  readonly hasSecond: boolean;
  readonly time: number;
}

/** Seconds by which clocks differ: mostly little, sometimes beyond every window. */
const clockOffset = (): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -20, max: 20 }) },
    { weight: 1, arbitrary: fc.integer({ min: -9_000, max: 9_000 }) },
  );

const chainSeed = (): fc.Arbitrary<ChainSeed> =>
  fc.record({
    finalised: fc.tuple(aLikelyWord(), aLikelyWord()),
    added: fc.tuple(sometimes(aLikelyWord()), sometimes(aLikelyWord())),
    hasSecond: fc.boolean(),
    time: clockOffset().map((offset) => T0 + offset),
  });

/** Chains in any state that hubs can be in, all caught up, nothing in flight. */
export const anyMesh = (operators: readonly Hex[] = OPERATORS.slice(0, 2)): fc.Arbitrary<PlanInput> =>
  fc.array(chainSeed(), { minLength: 2, maxLength: 4 }).map((seeds) => ({
    chains: seeds.map((seed, index) => toCut(seed, index)),
    operators,
    inFlight: [],
    venues: [],
  }));

function toCut({ finalised, added, hasSecond, time }: ChainSeed, index: number): ChainCut {
  const markets = hasSecond ? MARKETS_USED : [0];
  const final = wordsOf(markets, finalised);
  const latest = final.map((word, market) =>
    markets.includes(market as 0) ? mergeWords(word, added[market] ?? EMPTY_WORD) : word,
  );
  const state = { posture: postureOf(markets) };
  return {
    eid: EIDS[index] ?? EIDS[0]!,
    finalised: {
      block: aBlock(90, { timestamp: time - 10, fork: index }),
      state: aHubState({ ...state, meshWords: final }),
    },
    latest: { block: aBlock(100, { timestamp: time, fork: index }), state: aHubState({ ...state, meshWords: latest }) },
    isCaughtUp: true,
  };
}

function wordsOf(markets: readonly number[], words: readonly Word[]): readonly Word[] {
  return Array.from({ length: MARKETS }, (_, market) => {
    return markets.includes(market) ? mergeWords(REGISTERED_WORD, words[market] ?? EMPTY_WORD) : EMPTY_WORD;
  });
}

function sometimes(word: fc.Arbitrary<Word>): fc.Arbitrary<Word> {
  return fc.oneof(fc.constant(EMPTY_WORD), word);
}
