import type { Observation } from "./observation.ts";
import type { Finding } from "./finding.ts";
import type { World } from "./world.ts";
import { reduceAction, reopenMined } from "../action/reduce-action.ts";
import { reduceChain } from "./reduce-chain.ts";

export interface Step {
  readonly world: World;
  /** What the observation contradicted. Empty when all is well. */
  readonly findings: readonly Finding[];
}

/**
 * Folds one observation into the world. Pure and total: an observation that cannot be true changes nothing and comes
 * back as a finding, so replaying the same observations always ends in the same world (P14, P15).
 */
export function reduce(world: World, observation: Observation): Step {
  switch (observation.kind) {
    case "action-opened":
    case "action-sent":
    case "action-mined":
    case "action-abandoned":
      return reduceAction(world, observation);
    case "venue-seen":
      return {
        world: { ...world, venues: new Map(world.venues).set(observation.eid, observation.figures) },
        findings: [],
      };
    default: {
      const { view, findings } = reduceChain(world.chains.get(observation.eid) ?? null, observation);
      if (view === null || view === world.chains.get(observation.eid)) return { world, findings };
      const chains = new Map(world.chains).set(observation.eid, view);
      const actions = observation.kind === "rewound" ? reopenMined(world.actions, observation) : world.actions;
      return { world: { ...world, chains, actions }, findings };
    }
  }
}
