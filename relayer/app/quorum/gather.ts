import type { OperatorSignature } from "../../domain/incident/directive.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { CoSigners, Peer, Proposal } from "../../ports/co-signers.ts";
import type { AppContext } from "../context.ts";
import { withDeadline } from "../deadline.ts";

/** Peers have this long, all together. They wait a while themselves for blocks that they have not seen. */
export const GATHER_MS = 4_000;

/** A proposal, this node's own signatures, and how many signatures are needed in all. */
export interface Gathering {
  readonly proposal: Proposal;
  readonly own: readonly OperatorSignature[];
  readonly needed: number;
}

/**
 * Asks every peer at once and waits for the quickest that make a quorum with this node: one that is slow, dead or lying
 * delays nobody.
 *
 * @throws RelayerError `QUORUM_MISSING`
 */
export async function gatherSignatures(
  context: AppContext,
  coSigners: CoSigners,
  { proposal, own, needed }: Gathering,
): Promise<readonly OperatorSignature[]> {
  const { clock, signal } = context;
  const signatures: OperatorSignature[] = [...own];
  const outcomes: Record<string, string> = {};
  const deadline = { clock, ms: GATHER_MS, signal, what: "quorum", failsAs: "QUORUM_MISSING" } as const;

  const ask = async (peer: Peer, bound: AbortSignal): Promise<void> => {
    const outcome = await askOne(context, coSigners, { peer, proposal, signal: bound });
    // Whoever answers after there are enough was not needed, and was cut off rather than heard.
    if (bound.aborted) return;
    context.metrics.coSigned({ peer: peer.name, side: "asked", outcome: outcome.word });
    outcomes[peer.name] = outcome.word;
    if (outcome.signature !== null) signatures.push({ signer: peer.operator, signature: outcome.signature });
  };

  await withDeadline(deadline, (bound) => {
    return new Promise<void>((resolve, reject) => {
      let pending = coSigners.peers.length;
      const settle = (): void => {
        pending -= 1;
        if (signatures.length >= needed) resolve();
        else if (pending === 0) reject(missing(needed, signatures.length, outcomes));
      };
      for (const peer of coSigners.peers) void ask(peer, bound).then(settle, settle);
      if (signatures.length >= needed) resolve();
    });
  });
  return signatures.toSorted((a, b) => (a.signer < b.signer ? -1 : 1));
}

interface Outcome {
  readonly word: string;
  readonly signature: OperatorSignature["signature"] | null;
}

async function askOne(
  { metrics, log }: AppContext,
  coSigners: CoSigners,
  { peer, proposal, signal }: { peer: Peer; proposal: Proposal; signal: AbortSignal },
): Promise<Outcome> {
  try {
    const answer = await coSigners.ask(peer, proposal, signal);
    if (answer.kind === "signed") return { word: "signed", signature: answer.signature };
    log.warn({ peer: peer.name, reason: answer.reason, decision: proposal.directive.decision }, "peer does not sign");
    return { word: answer.reason, signature: null };
  } catch (thrown) {
    const error = RelayerError.from(thrown);
    if (!signal.aborted) {
      metrics.failed(`peer:${peer.name}`, error.code);
      log.warn({ peer: peer.name, err: describeError(error) }, "peer gives no signature");
    }
    return { word: error.name, signature: null };
  }
}

function missing(needed: number, there: number, outcomes: Readonly<Record<string, string>>): RelayerError {
  const said = Object.entries(outcomes).map(([peer, outcome]) => `${peer}: ${outcome}`);
  const text = `${there} of ${needed} signatures; ${said.join(", ")}`;
  return new RelayerError("QUORUM_MISSING", text, { needed, there, outcomes });
}
