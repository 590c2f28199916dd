import type { ActionKind } from "../action/action.ts";
import { canonicalJson } from "../canonical.ts";
import type { CutPoint, Decision, Plan, PlannedDirective } from "../decision/decision.ts";
import { type InstructionKind, type PlannedInstruction, plainInstruction } from "../desk/instruction.ts";
import { sealDecision } from "../decision/seal.ts";
import type { Eid } from "../eid.ts";
import { type ChainCut, type PlanInput, withoutSuspects } from "../policy/plan-input.ts";
import { DIRECTIVE_SECONDS, plan } from "../policy/plan.ts";
import type { Policy } from "../policy/policy.ts";
import { SKEW_SECONDS, WINDOW_SECONDS } from "../policy/groups.ts";
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

/** What an operator signs. */
export type SignedKind = ActionKind | InstructionKind;

/** A peer's decision, as text, and which of its directives, or of its instructions after them, is to be signed. */
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
  readonly kinds: readonly SignedKind[];
  /** Of UTF-8 text. */
  readonly keccak: (text: string) => Hex;
}

/** What one chain held at the blocks that a cut names; `venue` is null where the cut names no block for it. */
export interface StatesOfChain {
  readonly latest: StateAt;
  readonly finalised: StateAt;
  readonly venue: VenueFigures | null;
  /** True where the judging node doubts what the chain calls final. Absent otherwise. */
  readonly isSuspect?: boolean;
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

/** What is planned at a place of a decision: its directives come first, then what desks are told. */
type Planned = PlannedDirective | PlannedInstruction;

export function plannedAt({ directives, instructions = [] }: Plan, index: number): Planned | undefined {
  return [...directives, ...instructions][index];
}

/** What `claim` asks a signature for, as planned from `states`; else why there is none. */
export function recompute(claim: Claim, states: StatesAtCut, rules: SigningRules): Planned | Refusal {
  const chains = claim.input.cut.flatMap((point) => chainAt(point, states));
  if (chains.length < claim.input.cut.length) return "unknown-block";
  const { operators, inFlight } = claim.input;
  const venues = claim.input.cut.flatMap(({ eid }) => states.get(eid)?.venue ?? []);
  const input = { chains, operators, inFlight, venues };
  const planned = plan(input, rules.policy);
  const directive = planned === null ? undefined : plannedAt(planned, claim.index);
  if (planned === null || directive === undefined) return "not-reproducible";
  if (sealDecision(planned, input, rules.keccak).text !== claim.text) return "not-reproducible";
  if (!rules.kinds.includes(directive.kind)) return "kind";
  if (!followsInDoubt(directive, input, { states, policy: rules.policy })) return "in-doubt";
  return isTimely(directive, states) ? directive : "deadline";
}

/** A peer's doubt is taken over: it only takes evidence away. */
function chainAt({ eid, isCaughtUp, isSuspect }: CutPoint, states: StatesAtCut): readonly ChainCut[] {
  const at = states.get(eid);
  if (at === undefined) return [];
  const doubt = isSuspect === true ? { isSuspect } : {};
  return [{ eid, isCaughtUp, latest: at.latest, finalised: at.finalised, ...doubt }];
}

/**
 * Whether the directive follows as well without the finalised states that this node doubts and the peer does not. What
 * heads alone ask for does: one node's doubt does not keep a halt from any chain.
 */
function followsInDoubt(
  directive: Planned,
  input: PlanInput,
  { states, policy }: { states: StatesAtCut; policy: Policy },
): boolean {
  const isDoubted = ({ eid, isSuspect }: ChainCut) => isSuspect !== true && states.get(eid)?.isSuspect === true;
  if (!input.chains.some(isDoubted)) return true;
  const chains = input.chains.map((chain) => (isDoubted(chain) ? { ...chain, isSuspect: true } : chain));
  const planned = plan({ ...input, chains, venues: withoutSuspects(input.venues, chains) }, policy);
  if (planned === null) return false;
  const asked = plainOf(directive);
  return [...planned.directives, ...(planned.instructions ?? [])].some((other) => plainOf(other) === asked);
}

function plainOf(planned: Planned): string {
  if (!("entries" in planned)) return canonicalJson(plainInstruction(planned));
  const { kind, deadline, entries, destinations } = planned;
  const plain = (of: PlannedDirective["entries"]) => of.map(({ market, word }) => ({ market, word }));
  const to = destinations.map(({ eid, needs }) => ({ eid, needs: plain(needs) }));
  return canonicalJson({ kind, deadline, entries: plain(entries), destinations: to });
}

/** Planning gives no other deadlines. Checked all the same: it bounds what a leaked signature is good for. */
function isTimely(planned: Planned, states: StatesAtCut): boolean {
  const { deadline } = planned;
  const told = "entries" in planned ? planned.destinations : planned.allotments;
  const times = told.map(({ eid }) => states.get(eid)?.latest.block.timestamp ?? 0);
  const isOver = deadline < Math.min(...times);
  return (
    !isOver &&
    deadline <= Math.min(...times) + DIRECTIVE_SECONDS + ("entries" in planned ? WINDOW_SECONDS : SKEW_SECONDS)
  );
}

function isSame(a: readonly Hex[], b: readonly Hex[]): boolean {
  return a.length === b.length && a.every((operator, index) => operator === b[index]);
}
