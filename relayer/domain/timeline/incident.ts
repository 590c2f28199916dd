import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import type { InstructionStepKind } from "../desk/instruction-step.ts";
import type { Cause } from "../incident/hub-event.ts";
import { type Rungs, nameRungs } from "../incident/rungs.ts";

/** One line of what happened. Block and time are the chain's; `atMs` is when this relayer saw it. */
export interface TimelineItem {
  readonly atMs: number;
  readonly what:
    | "asserted"
    | "decided"
    | "opened"
    | "sent"
    | "mined"
    | "reverted"
    | "merged"
    | "given-up"
    | "lifted"
    | "voided"
    | InstructionStepKind;
  readonly eid: Eid | null;
  readonly block: number | null;
  readonly detail: string;
}

/** From an assertion that raised a rung, or a decision that followed from none: what became of it. */
export interface Incident {
  /**
   * `inc-<eid>-<sequence number of the assertion>`: the same for every relayer. Where a rule saw first what no sensor had
   * asserted, `inc-<eid>-<first digits of the decision>`: that of the relayer that decided.
   */
  readonly id: string;
  readonly eid: Eid;
  readonly market: number;
  readonly cause: Cause;
  readonly rungs: Rungs;
  readonly openedAtMs: number;
  readonly decisions: readonly Hex[];
  readonly timeline: readonly TimelineItem[];
}

export function incidentId(source: Eid, seq: number): string {
  return `inc-${source}-${seq}`;
}

export function decidedIncidentId(destination: Eid, decision: Hex): string {
  return `inc-${destination}-${decision.slice(0, DECISION_DIGITS)}`;
}

const DECISION_DIGITS = "0x".length + 8;

/** A line for people and for tests: the same incident prints the same bytes. */
export function printIncident({ id, eid, market, cause, rungs, decisions, timeline }: Incident): string {
  const head = `${id}  chain ${eid}  market ${market}  ${cause}  ${nameRungs(rungs)}  decisions ${decisions.length}`;
  const lines = timeline.map(({ atMs, what, eid: at, block, detail }) => {
    const place = `${at === null ? "-" : at}${block === null ? "" : `@${block}`}`;
    return `${String(Math.round(atMs)).padStart(14)}  ${what.padEnd(9)} ${place.padEnd(16)} ${detail}`.trimEnd();
  });
  return [head, ...lines].join("\n");
}
