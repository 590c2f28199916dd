import { expect } from "chai";

import { rungsOfByte } from "../../../relayer/domain/incident/rungs.ts";
import { EMPTY_WORD, laneOf, mergeWords, RUNG_LANES, stampRungs } from "../../../relayer/domain/incident/word.ts";
import { createLadder, HIGHEST_RUNGS, MARKETS, type Step } from "./ladder.ts";

const TIME = 1_000;

describe("createLadder", () => {
  const take = (count: number): readonly Step[] => {
    const next = createLadder();
    return Array.from({ length: count }, next);
  };

  it("raises, in every market, one lane more with each step, and the one that it names", () => {
    for (const market of MARKETS) {
      let word = EMPTY_WORD;
      for (const { rungs, lane } of take(MARKETS.length * RUNG_LANES.length).filter((step) => step.market === market)) {
        const after = mergeWords(word, stampRungs(rungsOfByte(rungs)!, TIME));
        expect(RUNG_LANES.filter((index) => laneOf(after, index) !== laneOf(word, index))).to.deep.equal([lane]);
        word = after;
      }
      expect(word).to.equal(stampRungs(rungsOfByte(HIGHEST_RUNGS)!, TIME));
    }
  });

  it("ends where every market is at its highest rungs", () => {
    expect(() => take(MARKETS.length * RUNG_LANES.length + 1)).to.throw(RangeError);
  });
});
