import { type Claim, rungsOfStep, toClaims } from "../claim.ts";
import type { ChainCut } from "../plan-input.ts";
import type { SilencePolicy } from "../policy.ts";

/*
 * Silence, version 1: a chain whose last known block is far older than the newest of any chain. What happens there is not
 * known, so all others take care; never more than the policy says, and the schema allows no halt. The evidence is our
 * own view, so it is provisional: it lapses within ten minutes after the chain is heard again.
 */
export function silenceClaims(chains: readonly ChainCut[], policy: SilencePolicy): readonly Claim[] {
  const newest = Math.max(0, ...chains.map(({ latest }) => latest.block.timestamp));
  // One that is still being read is behind for another reason.
  const isSilent = chains.some(
    ({ latest, isCaughtUp }) => isCaughtUp && newest - latest.block.timestamp > policy.afterSeconds,
  );
  if (!isSilent) return [];
  return toClaims({ rule: "silence", market: 0, rungs: rungsOfStep(policy), time: newest, isFinal: false });
}
