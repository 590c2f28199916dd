import { type Rungs } from "../../incident/rungs.ts";
import { EMPTY_WORD, type Word, holdsLane, laneOf, mapLanes, splitWord } from "../../incident/word.ts";
import type { StateAt } from "../../world/world.ts";
import { rungsOfStep } from "../claim.ts";
import type { ChainCut } from "../plan-input.ts";
import type { CascadePolicy } from "../policy.ts";

/*
 * Cascade, version 1: a rung that at least k chains hold by themselves is raised on the mesh. Only local words count:
 * they never travel, so one sensor on one chain is one voice. A lane is stamped as of when the k-th chain joined in, so
 * a further chain makes it newer and never older, and one that is missing makes it at most older.
 */

/** What the rule says of `market`, at the heads and at the finalised heads. */
export function cascadeOf(
  chains: readonly ChainCut[],
  market: number,
  policy: CascadePolicy,
): { readonly latest: Word; readonly finalised: Word } {
  const ceiling = rungsOfStep(policy);
  return {
    latest: agree(
      chains.map(({ latest }) => latest),
      { market, ceiling, atLeast: policy.atLeastChains },
    ),
    finalised: agree(
      chains.filter(({ isSuspect }) => isSuspect !== true).map(({ finalised }) => finalised),
      { market, ceiling, atLeast: policy.atLeastChains },
    ),
  };
}

function agree(
  states: readonly StateAt[],
  { market, ceiling, atLeast }: { market: number; ceiling: Rungs; atLeast: number },
): Word {
  const joint = mapLanes((index) => {
    const stamps = states.map(({ state, block }) => {
      const word = state.localWords[market] ?? EMPTY_WORD;
      const holds = holdsLane(word, index, { leases: state.leases, time: block.timestamp });
      return holds ? laneOf(word, index) : 0;
    });
    return stamps.sort((a, b) => b - a)[atLeast - 1] ?? 0;
  });
  return splitWord(joint, ceiling).kept;
}
