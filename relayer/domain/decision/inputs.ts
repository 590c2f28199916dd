import { type Canonical, canonicalJson } from "../canonical.ts";
import type { Hex } from "../hex.ts";
import { EMPTY_WORD } from "../incident/word.ts";
import type { PlanInput } from "../policy/plan-input.ts";
import { plainFigures } from "../risk/figures.ts";
import type { StateAt } from "../world/world.ts";

/**
 * Everything that was looked at, as text of which there is exactly one: its keccak256 stands in the decision, so that two
 * who disagree know at once whether they saw different things or thought differently. Operators and what was in flight
 * stand in the decision itself.
 */
export function canonicalInputs({ chains, operators, venues }: PlanInput): string {
  return canonicalJson({
    chains: chains.map(({ eid, latest, finalised }) => ({
      eid,
      latest: plainState(latest, operators),
      finalised: plainState(finalised, operators),
    })),
    venues: venues.map(plainFigures),
  });
}

/** Of the operators that a hub knows only those count that sign: of the others, one has heard and another has not. */
function plainState({ block, state }: StateAt, signers: readonly Hex[]): Canonical {
  const { quorum, peerCeiling, soloCeiling, quorumCeiling } = state.limits;
  return {
    time: block.timestamp,
    seq: state.seq,
    posture: state.posture,
    leases: state.leases,
    limits: { quorum, peerCeiling, soloCeiling, quorumCeiling },
    operators: signers.filter((signer) => state.operators.includes(signer)),
    mesh: listWords(state.meshWords),
    local: listWords(state.localWords),
  };
}

/** Words by market; those of markets that are not registered are left out. */
function listWords(words: StateAt["state"]["meshWords"]): Canonical {
  return words.flatMap((word, market) => (word === EMPTY_WORD ? [] : [{ market, word }]));
}
