import type { Hex } from "../../domain/hex.ts";
import { listUndertakings } from "../../domain/decision/list-actions.ts";
import { type SealedDecision, sealDecision } from "../../domain/decision/seal.ts";
import { plan } from "../../domain/policy/plan.ts";
import { planInputOf } from "../../domain/policy/plan-input.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import type { Observation } from "../../domain/world/observation.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { Hasher } from "../../ports/hasher.ts";
import type { AppContext } from "../context.ts";
import type { JournalWriter } from "../journal-writer.ts";
import type { Actor } from "./act.ts";

/** Decides what to do whenever the world changed, and from time to time. */
export interface Decider {
  /** Plans now, and carries out what comes of it. Does not wait for that. */
  decide(): void;
}

export interface DecidePorts {
  readonly policy: Policy;
  readonly operators: readonly Hex[];
  readonly hasher: Hasher;
  readonly journal: JournalWriter;
  readonly actor: Actor;
}

/** Listens to the ledger from now on. What chains report in one turn of the event loop is decided on together. */
export function createDecider(context: AppContext, ports: DecidePorts): Decider {
  const { ledger, clock, signal } = context;
  let seenMs: number | null = null;

  const decide = (): void => {
    const since = seenMs;
    seenMs = null;
    if (signal.aborted) return;
    const input = planInputOf(ledger.world, ports.operators, clock.nowMs());
    const planned = plan(input, ports.policy);
    if (planned === null) return;
    const sealed = sealDecision(planned, input, (text) => ports.hasher.keccakUtf8(text));
    undertake(context, ports, { sealed, seenMs: since });
  };
  const decideSafely = (): void => {
    try {
      decide();
    } catch (error) {
      // Planning is total, so this is a bug. The next regular round tries again.
      context.metrics.failed("decide", describeError(error).code ?? "");
      context.log.error({ err: describeError(error) }, "decision failed");
    }
  };

  ledger.onChange(({ observation }) => {
    if (!isCause(observation) || seenMs !== null) return;
    seenMs = clock.nowMs();
    queueMicrotask(decideSafely);
  });
  return { decide: decideSafely };
}

/** Whether the observation can call for something new. A head that moved can wait for the next regular round. */
function isCause(observation: Observation): boolean {
  switch (observation.kind) {
    case "blocks-read":
      return observation.events.length > 0;
    case "snapshot-taken":
    case "rewound":
    case "resynchronised":
    case "action-abandoned":
      return true;
    default:
      return false;
  }
}

function undertake(
  { ledger, clock, metrics, log }: AppContext,
  { journal, actor }: DecidePorts,
  { sealed, seenMs }: { sealed: SealedDecision; seenMs: number | null },
): void {
  const { decision, text, hash } = sealed;
  const atMs = clock.nowMs();
  const undertakings = listUndertakings(decision, hash);
  journal.write({ kind: "decision", atMs, hash, text });
  // Before anything is sent: from here on, planning counts it as on its way.
  for (const action of undertakings.flatMap(({ actions }) => actions)) {
    ledger.record({ kind: "action-opened", action, atMs });
  }
  metrics.decided(decision.directives.map(({ kind }) => kind));
  const destinations = decision.directives.flatMap((directive) => directive.destinations.map(({ eid }) => eid));
  log.info({ decision: hash, kinds: decision.directives.map(({ kind }) => kind), destinations }, "decision taken");
  actor.carryOut(undertakings, seenMs).catch((error: unknown) => {
    log.error({ decision: hash, err: describeError(RelayerError.from(error)) }, "decision not carried out");
  });
}
