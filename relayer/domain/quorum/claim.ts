import type { ActionKind } from "../action/action.ts";
import type { CutPoint, Decision, PlannedDirective } from "../decision/decision.ts";
import { sealDecision } from "../decision/seal.ts";
import type { Eid } from "../eid.ts";
import type { ChainCut } from "../policy/plan-input.ts";
import { DIRECTIVE_SECONDS, plan } from "../policy/plan.ts";
import type { Policy } from "../policy/policy.ts";
import { WINDOW_SECONDS } from "../policy/groups.ts";
import type { VenueFigures } from "../risk/figures.ts";
import type { StateAt } from "../world/world.ts";
import type { Hex } from "../hex.ts";
import type { Refusal } from "./refusal.ts";

/*
 * How a node judges a decision that is not its own (P14): it takes from it what was looked at, and nothing else, looks
 * at the same with its own endpoints, and plans again. Only the same text, byte for byte, is signed.
 */

/** A head of the cut may be this much older than the head that this node knows of the same chain. */
export const MAX_CUT_AGE_SECONDS = 120;

/** What a decision says it looked at: all that planning takes from it. */
export type ClaimedInput = Pick<Decision, "cut" | "policyHash" | "operators" | "inFlight">;

/** A peer's decision, as text, and which of its directives is to be signed. */
export interface Claim {
  readonly text: string;
  readonly index: number;
  readonly input: ClaimedInput;
}

/** What a node signs. */
export interface SigningRules {
  readonly policy: Policy;
  /** All operators of the quorum, ascending, this node's among them. */
  readonly operators: readonly Hex[];
  readonly kinds: readonly ActionKind[];
  /** Of UTF-8 text. */
  readonly keccak: (text: string) => Hex;
}

/** What one chain held at the blocks that a cut names; `venue` is null where the cut names no block for it. */
export interface StatesOfChain {
  readonly latest: StateAt;
  readonly finalised: StateAt;
  readonly venue: VenueFigures | null;
}

export type StatesAtCut = ReadonlyMap<Eid, StatesOfChain>;

/** What can be refused without looking at any chain; null when nothing is. */
export function checkClaim({ input }: Claim, rules: SigningRules, known: ReadonlySet<Eid>): Refusal | null {
  const eids = input.cut.map(({ eid }) => eid);
  if (new Set(eids).size < eids.length || !eids.every((eid) => known.has(eid))) return "unknown-chain";
  if (input.policyHash !== rules.policy.hash) return "policy-differs";
  return isSame(input.operators, rules.operators) ? null : "operators-differ";
}

/** Whether the cut's head is too old to decide on: `headTime` is that of the newest head known of the same chain. */
export function isStale(cutTime: number, headTime: number): boolean {
  return headTime - cutTime > MAX_CUT_AGE_SECONDS;
}

/** The directive that `claim` asks a signature for, as planned from `states`; else why there is none. */
export function recompute(claim: Claim, states: StatesAtCut, rules: SigningRules): PlannedDirective | Refusal {
  const chains = claim.input.cut.flatMap((point) => chainAt(point, states));
  if (chains.length < claim.input.cut.length) return "unknown-block";
  const { operators, inFlight } = claim.input;
  const venues = claim.input.cut.flatMap(({ eid }) => states.get(eid)?.venue ?? []);
  const input = { chains, operators, inFlight, venues };
  const planned = plan(input, rules.policy);
  const directive = planned?.directives[claim.index];
  if (planned === null || directive === undefined) return "not-reproducible";
  if (sealDecision(planned, input, rules.keccak).text !== claim.text) return "not-reproducible";
  if (!rules.kinds.includes(directive.kind)) return "kind";
  return isTimely(directive, states) ? directive : "deadline";
}

function chainAt({ eid, isCaughtUp }: CutPoint, states: StatesAtCut): readonly ChainCut[] {
  const at = states.get(eid);
  return at === undefined ? [] : [{ eid, isCaughtUp, latest: at.latest, finalised: at.finalised }];
}

/** Planning gives no other deadlines. Checked all the same: it bounds what a leaked signature is good for. */
function isTimely({ deadline, destinations }: PlannedDirective, states: StatesAtCut): boolean {
  const times = destinations.map(({ eid }) => states.get(eid)?.latest.block.timestamp ?? 0);
  const isOver = deadline < Math.min(...times);
  return !isOver && deadline <= Math.min(...times) + DIRECTIVE_SECONDS + WINDOW_SECONDS;
}

function isSame(a: readonly Hex[], b: readonly Hex[]): boolean {
  return a.length === b.length && a.every((operator, index) => operator === b[index]);
}
