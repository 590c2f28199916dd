import type { Hex } from "../hex.ts";
import type { Leases } from "../incident/leases.ts";
import type { Limits } from "../incident/limits.ts";
import type { Rungs } from "../incident/rungs.ts";
import type { ChainCut } from "./plan-input.ts";

/** Destinations whose clocks are further apart than this get directives of their own: no one deadline would suit. */
export const WINDOW_SECONDS = 60;

/** A hub refuses lanes stamped later than its own time and this. */
export const SKEW_SECONDS = 300;

/** Destinations that one and the same directive suits: in ordinary times all of them. */
export interface DestinationGroup {
  readonly leases: Leases;
  readonly ceiling: Rungs;
  /** With fewer signatures than a quorum: the earliest of the members' times. Otherwise null. */
  readonly soloTime: number | null;
  /** The latest of the members' times. */
  readonly time: number;
  /** Every member takes a lane that is stamped no later. */
  readonly horizon: number;
  readonly members: readonly ChainCut[];
}

interface Candidate {
  readonly chain: ChainCut;
  readonly isSolo: boolean;
  readonly ceiling: Rungs;
}

/** Parts the chains that `operators` can send to into groups, in an order that depends on the chains alone. */
export function groupDestinations(chains: readonly ChainCut[], operators: readonly Hex[]): readonly DestinationGroup[] {
  const candidates = chains.flatMap((chain) => candidateOf(chain, operators));
  const alike = Map.groupBy(candidates, ({ chain, isSolo, ceiling }) => {
    return `${isSolo}/${ceiling}/${chain.latest.state.leases}`;
  });
  return [...alike.values()].flatMap(splitByTime).map(groupOf);
}

/** Nothing when the chain is still being read, or when its hub knows none of the operators. */
function candidateOf(chain: ChainCut, operators: readonly Hex[]): readonly Candidate[] {
  const { limits, operators: known } = chain.latest.state;
  const signatures = operators.filter((operator) => known.includes(operator)).length;
  if (!chain.isCaughtUp || signatures === 0) return [];
  const isSolo = signatures < limits.quorum;
  return [{ chain, isSolo, ceiling: ceilingOf(limits, isSolo) }];
}

function ceilingOf(limits: Limits, isSolo: boolean): Rungs {
  return isSolo ? limits.soloCeiling : limits.quorumCeiling;
}

function splitByTime(candidates: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const windows: Candidate[][] = [];
  for (const candidate of candidates.toSorted((a, b) => timeOf(a) - timeOf(b) || a.chain.eid - b.chain.eid)) {
    const [first] = windows.at(-1) ?? [];
    if (first !== undefined && timeOf(candidate) - timeOf(first) <= WINDOW_SECONDS) windows.at(-1)?.push(candidate);
    else windows.push([candidate]);
  }
  return windows;
}

function groupOf(candidates: readonly Candidate[]): DestinationGroup {
  const times = candidates.map(timeOf);
  const [first] = candidates;
  return {
    leases: first?.chain.latest.state.leases ?? (0n as Leases),
    ceiling: first?.ceiling ?? (0 as Rungs),
    soloTime: first?.isSolo === true ? Math.min(...times) : null,
    time: Math.max(...times),
    horizon: Math.min(...times) + SKEW_SECONDS,
    members: candidates.map(({ chain }) => chain).sort((a, b) => a.eid - b.eid),
  };
}

function timeOf({ chain }: Candidate): number {
  return chain.latest.block.timestamp;
}
