import { type WrittenDecision, readDecision } from "../decision/read-decision.ts";
import { sealDecision } from "../decision/seal.ts";
import type { InstructionStep } from "../desk/instruction-step.ts";
import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import { plan } from "../policy/plan.ts";
import { planInputOf } from "../policy/plan-input.ts";
import { type Policy, canonicalPolicy } from "../policy/policy.ts";
import { readPolicy } from "../policy/read-policy.ts";
import type { Observation } from "../world/observation.ts";
import { reduce } from "../world/reduce.ts";
import { EMPTY_WORLD, type World } from "../world/world.ts";
import { type Timeline, reduceTimeline } from "./timeline.ts";

/** What a journal holds. */
export type ReplayEntry =
  | { readonly kind: "started"; readonly atMs: number; readonly policy: string }
  /** Concerns what is sent next, and nothing that is known or decided. */
  | { readonly kind: "nonce"; readonly atMs: number }
  | { readonly kind: "observation"; readonly atMs: number; readonly observation: Observation }
  | { readonly kind: "decision"; readonly atMs: number; readonly hash: Hex; readonly text: string }
  | { readonly kind: "instruction"; readonly atMs: number; readonly step: InstructionStep };

/** A decision of the journal and what planning anew, in the world of that moment, comes to. */
export interface ReplayedDecision {
  readonly atMs: number;
  readonly hash: Hex;
  /**
   * `same`: byte for byte. `different`: another text. `unknown`: the journal does not hold what was known then, because
   * its oldest part is gone, or the policy is another.
   */
  readonly verdict: "same" | "different" | "unknown";
  readonly text: string;
  /** The text of the plan made anew, where it is another. */
  readonly again: string | null;
}

/** Where a replay stands. Start with {@link startReplay}, go on with {@link replayEntry}. */
export interface Replay {
  readonly world: World;
  readonly policy: Policy | null;
  readonly timeline: Timeline;
  readonly decisions: readonly ReplayedDecision[];
}

export const startReplay = (): Replay => ({ world: EMPTY_WORLD, policy: null, timeline: new Map(), decisions: [] });

/** Folds one entry of the journal as the relayer did, and makes its decisions again. `keccak` is that of UTF-8 text. */
export function replayEntry(replay: Replay, entry: ReplayEntry, keccak: (text: string) => Hex): Replay {
  switch (entry.kind) {
    case "started": {
      const rules = readPolicy(entry.policy);
      const policy = rules === null ? null : { ...rules, hash: keccak(canonicalPolicy(rules)) };
      return { ...replay, world: EMPTY_WORLD, policy };
    }
    case "nonce":
      return replay;
    case "observation": {
      const { atMs, observation } = entry;
      const timeline = reduceTimeline(replay.timeline, {
        kind: "observation",
        atMs,
        observation,
        before: replay.world,
      });
      return { ...replay, timeline, world: reduce(replay.world, observation).world };
    }
    case "decision": {
      const { atMs, hash, text } = entry;
      const written = readDecision(text);
      const timeline = reduceTimeline(replay.timeline, { kind: "decision", atMs, hash, written });
      return { ...replay, timeline, decisions: [...replay.decisions, decideAgain(replay, entry, { written, keccak })] };
    }
    case "instruction":
      return { ...replay, timeline: reduceTimeline(replay.timeline, entry) };
  }
}

function decideAgain(
  { world, policy }: Replay,
  { atMs, hash, text }: Extract<ReplayEntry, { kind: "decision" }>,
  { written, keccak }: { written: WrittenDecision | null; keccak: (text: string) => Hex },
): ReplayedDecision {
  if (written === null || policy === null || policy.hash !== written.policyHash) {
    return { atMs, hash, verdict: "unknown", text, again: null };
  }
  const { operators, inFlight, cut } = written;
  const known = planInputOf(world, operators, atMs);
  // A joint decision looks at words alone first, whatever was known of venues: its cut says which were looked at.
  const isLookedAt = (venue: Eid): boolean => cut.some(({ eid, venue: at }) => eid === venue && at !== null);
  const input = { ...known, inFlight, venues: known.venues.filter(({ eid }) => isLookedAt(eid)) };
  const planned = plan(input, policy);
  const again = planned === null ? null : sealDecision(planned, input, keccak).text;
  if (again === text && keccak(text) === hash) return { atMs, hash, verdict: "same", text, again: null };
  return { atMs, hash, verdict: "different", text, again: again ?? "" };
}
