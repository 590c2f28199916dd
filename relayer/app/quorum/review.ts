import type { PlannedDirective } from "../../domain/decision/decision.ts";
import { type PlannedInstruction, toInstruction } from "../../domain/desk/instruction.ts";
import type { Eid } from "../../domain/eid.ts";
import type { Hex } from "../../domain/hex.ts";
import { packEntries } from "../../domain/incident/payload.ts";
import { type Claim, type SigningRules, checkClaim, recompute } from "../../domain/quorum/claim.ts";
import type { Refusal } from "../../domain/quorum/refusal.ts";
import { describeError } from "../../errors.ts";
import type { Chain } from "../../ports/chain.ts";
import type { Answer, Peer, Reviewer } from "../../ports/co-signers.ts";
import type { Hasher } from "../../ports/hasher.ts";
import type { DirectiveSigner } from "../../ports/signer.ts";
import type { AppContext } from "../context.ts";
import { createCutFinder } from "./find-cut.ts";

/** Proposals that are looked at at the same time, of all peers together: each may read states from endpoints. */
const AT_ONCE_MAX = 8;

export interface ReviewPorts {
  readonly chains: ReadonlyMap<Eid, Chain>;
  readonly signer: DirectiveSigner;
  readonly hasher: Hasher;
  readonly rules: SigningRules;
}

/** Judges peers' proposals: computes each again from this node's own view of the chains, and signs only what comes out. */
export function createReviewer(context: AppContext, ports: ReviewPorts): Reviewer {
  const { metrics, log } = context;
  const findCut = createCutFinder(context, ports.chains);
  const known: ReadonlySet<Eid> = new Set(ports.chains.keys());
  let running = 0;

  const judge = async (claim: Claim, signal: AbortSignal): Promise<Hex | Refusal> => {
    const fault = checkClaim(claim, ports.rules, known);
    if (fault !== null) return fault;
    const states = await findCut(claim.input.cut, signal);
    if (typeof states === "string") return states;
    const planned = recompute(claim, states, ports.rules);
    if (typeof planned === "string") return planned;
    const { signatures } = await sign(ports, planned, ports.hasher.keccakUtf8(claim.text));
    return signatures[0]?.signature ?? "unreadable";
  };

  const answer = async (claim: Claim, from: Peer, signal: AbortSignal): Promise<Answer> => {
    if (running >= AT_ONCE_MAX) return { kind: "refused", reason: "busy" };
    running += 1;
    try {
      const outcome = await judge(claim, signal);
      return isSignature(outcome) ? { kind: "signed", signature: outcome } : { kind: "refused", reason: outcome };
    } catch (error) {
      log.error({ peer: from.name, err: describeError(error) }, "proposal not judged");
      return { kind: "refused", reason: "unreadable" };
    } finally {
      running -= 1;
    }
  };

  return async (claim, from, signal) => {
    const given = await answer(claim, from, signal);
    const outcome = given.kind === "signed" ? "signed" : given.reason;
    metrics.coSigned({ peer: from.name, side: "answered", outcome });
    log.info({ peer: from.name, outcome, index: claim.index }, "peer's proposal judged");
    return given;
  };
}

function sign({ signer, hasher }: ReviewPorts, planned: PlannedDirective | PlannedInstruction, decision: Hex) {
  if (!("entries" in planned)) {
    return signer.signInstruction(toInstruction(planned, decision, (text) => hasher.keccakUtf8(text)));
  }
  const { deadline, entries } = planned;
  return signer.sign({ decision, deadline, entries: packEntries(entries) });
}

function isSignature(outcome: Hex | Refusal): outcome is Hex {
  return outcome.startsWith("0x");
}
