import { setImmediate as nextTurn } from "node:timers/promises";

import { listUndertakings } from "../../domain/decision/list-actions.ts";
import { sealDecision } from "../../domain/decision/seal.ts";
import type { Hex } from "../../domain/hex.ts";
import { packEntries } from "../../domain/incident/payload.ts";
import { mergeWords, stampRungs } from "../../domain/incident/word.ts";
import { plan } from "../../domain/policy/plan.ts";
import { type PlanInput, planInputOf } from "../../domain/policy/plan-input.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import type { World } from "../../domain/world/world.ts";
import { describeError } from "../../errors.ts";
import type { Hasher } from "../../ports/hasher.ts";
import type { Log } from "../../ports/log.ts";
import type { DirectiveSigner } from "../../ports/signer.ts";

const NO_DECISION = `0x${"00".repeat(32)}` as const;

/**
 * Hashes and signs once before it matters: the first use of a curve costs tens of milliseconds that no incident should
 * pay. What is signed is void, for its deadline is the beginning of time, and it goes nowhere.
 */
export async function warmUp({
  signer,
  hasher,
  log,
}: {
  signer: DirectiveSigner;
  hasher: Hasher;
  log: Log;
}): Promise<void> {
  hasher.keccakUtf8("warm up");
  if (signer.operators.length === 0) return;
  try {
    await signer.sign({ decision: NO_DECISION, deadline: 0, entries: "0x" });
  } catch (error) {
    log.error({ err: describeError(error) }, "signer not usable");
  }
}

const PROTOCOL = 0;
/** Of a millisecond or two each. */
const REHEARSALS = 40;

export interface Rehearsal {
  readonly world: World;
  readonly policy: Policy;
  readonly operators: readonly Hex[];
  readonly hasher: Hasher;
  readonly nowMs: number;
}

/**
 * Decides on a halt that never was, from the world as it is, and forgets it: planning and sealing are cold code until
 * the first incident, which is the one that counts. Nothing of it is written down, signed or sent. A turn of the event
 * loop each, so that nobody waits.
 */
export async function rehearse({ world, policy, operators, hasher, nowMs }: Rehearsal): Promise<void> {
  const input = planInputOf(world, operators, nowMs);
  for (let round = 0; round < REHEARSALS; round += 1) {
    const imagined = withHalt(input, round);
    const planned = plan(imagined, policy);
    if (planned === null) return;
    const { decision, hash } = sealDecision(planned, imagined, (text) => hasher.keccakUtf8(text));
    for (const { directive } of listUndertakings(decision, hash)) packEntries(directive.entries);
    await nextTurn();
  }
}

/** `input`, but that the first chain's hub raised the whole protocol as far as a quorum may, `secondsAgo`. */
function withHalt(input: PlanInput, secondsAgo: number): PlanInput {
  const [first, ...others] = input.chains;
  if (first === undefined) return input;
  const { block, state } = first.latest;
  const worst = stampRungs(state.limits.quorumCeiling, block.timestamp - secondsAgo);
  const meshWords = state.meshWords.map((word, market) => (market === PROTOCOL ? mergeWords(word, worst) : word));
  return { ...input, chains: [{ ...first, latest: { block, state: { ...state, meshWords } } }, ...others] };
}
