import type { DecisionSubject, WrittenDecision } from "../decision/read-decision.ts";
import type { InstructionStep } from "../desk/instruction-step.ts";
import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import type { HubEvent, LoggedEvent } from "../incident/hub-event.ts";
import { type Rungs, exceedsRungs, nameRungs } from "../incident/rungs.ts";
import { EMPTY_WORD, rungsInForce } from "../incident/word.ts";
import type { Observation } from "../world/observation.ts";
import type { World } from "../world/world.ts";
import { type Incident, type TimelineItem, decidedIncidentId, incidentId } from "./incident.ts";

/** Incidents that are kept, and lines of each. The oldest give way; a storm must not fill the memory. */
export const INCIDENTS_KEPT = 256;
export const ITEMS_KEPT = 512;
/** What happens to a market longer than this after the assertion belongs to another story. */
export const INCIDENT_MS = 60 * 60_000;

/** Incidents by id, oldest first. */
export type Timeline = ReadonlyMap<string, Incident>;

/** What the timeline is told: the same entries make the same timeline, live and replayed. */
export type Told =
  | { readonly kind: "observation"; readonly atMs: number; readonly observation: Observation; readonly before: World }
  | {
      readonly kind: "decision";
      readonly atMs: number;
      readonly hash: Hex;
      /** Null where its text cannot be read: then it is about nothing. */
      readonly written: Pick<WrittenDecision, "markets" | "subject"> | null;
    }
  | { readonly kind: "instruction"; readonly atMs: number; readonly step: InstructionStep };

/** Folds one entry in. `before` is the world that the observation met. */
export function reduceTimeline(timeline: Timeline, told: Told): Timeline {
  if (told.kind === "decision") return addDecision(timeline, told);
  if (told.kind === "instruction") {
    const { what, decision, eid, block, detail } = told.step;
    return ofDecision(timeline, decision, { atMs: told.atMs, what, eid, block, detail });
  }
  const { observation, before, atMs } = told;
  switch (observation.kind) {
    case "blocks-read":
      return observation.events.reduce(
        (so, event) => addEvent(so, event, { eid: observation.eid, atMs, before }),
        timeline,
      );
    case "action-opened": {
      const { id, eid, decision, kind } = observation.action;
      return ofDecision(timeline, decision, { atMs, what: "opened", eid, block: null, detail: `${kind} ${id}` });
    }
    case "action-sent":
    case "action-mined":
    case "action-abandoned":
      return addAction(timeline, observation, { atMs, before });
    default:
      return timeline;
  }
}

/** Written down once for its directives and once for its instructions, it is one decision all the same. */
function addDecision(timeline: Timeline, told: Extract<Told, { kind: "decision" }>): Timeline {
  const { atMs, hash, written } = told;
  if (written === null) return timeline;
  const { markets, subject } = written;
  const isAbout = (of: Incident): boolean =>
    atMs - of.openedAtMs <= INCIDENT_MS && markets.some((market) => market === of.market || market * of.market === 0);
  const concerned = [...timeline.values()].filter(isAbout);
  if (concerned.some(({ decisions }) => decisions.includes(hash))) return timeline;
  const opened = concerned.length === 0 && subject !== null ? openDecided(timeline, subject, { atMs, hash }) : timeline;
  const item = { atMs, what: "decided", eid: null, block: null, detail: hash } as const;
  return append(opened, item, { isAbout, decision: hash });
}

/** A rule saw what no sensor has asserted, or the assertion was there before this relayer was. */
function openDecided(
  timeline: Timeline,
  { eid, market, rungs }: DecisionSubject,
  { atMs, hash }: { readonly atMs: number; readonly hash: Hex },
): Timeline {
  const id = decidedIncidentId(eid, hash);
  const told = { market, cause: "operator", rungs, openedAtMs: atMs, decisions: [], timeline: [] } as const;
  return new Map([...timeline, [id, { id, eid, ...told }] as const].slice(-INCIDENTS_KEPT));
}

function addAction(
  timeline: Timeline,
  observation: Extract<Observation, { kind: "action-sent" | "action-mined" | "action-abandoned" }>,
  { atMs, before }: { atMs: number; before: World },
): Timeline {
  const action = before.actions.get(observation.action)?.action;
  if (action === undefined) return timeline;
  const item = { atMs, eid: action.eid, block: null };
  switch (observation.kind) {
    case "action-sent":
      return ofDecision(timeline, action.decision, { ...item, what: "sent", detail: observation.txHash });
    case "action-mined": {
      const what = observation.status === "success" ? "mined" : "reverted";
      const { txHash, blockNumber } = observation;
      return ofDecision(timeline, action.decision, { ...item, what, block: blockNumber, detail: txHash });
    }
    case "action-abandoned":
      return ofDecision(timeline, action.decision, { ...item, what: "given-up", detail: observation.reason });
  }
}

interface Seen {
  readonly eid: Eid;
  readonly atMs: number;
  readonly before: World;
}

function addEvent(timeline: Timeline, { event, blockNumber }: LoggedEvent, { eid, atMs, before }: Seen): Timeline {
  if (event.kind === "asserted") {
    const opened = open(timeline, event, { eid, atMs, before });
    const detail = `${event.cause} mesh ${nameRungs(event.mesh)} local ${nameRungs(event.local)}`;
    return about(opened, event.market, { atMs, what: "asserted", eid, block: blockNumber, detail });
  }
  if (event.kind === "merged") {
    return about(timeline, event.market, { atMs, what: "merged", eid, block: blockNumber, detail: event.path });
  }
  if (event.kind === "lifted" || event.kind === "voided") {
    const detail = event.kind === "lifted" ? nameRungs(event.inForce) : `as of ${event.asOf}`;
    return about(timeline, event.market, { atMs, what: event.kind, eid, block: blockNumber, detail });
  }
  return timeline;
}

/** A new incident, when the assertion raised what was in force there. The same event read again opens no second one. */
function open(timeline: Timeline, event: Extract<HubEvent, { kind: "asserted" }>, seen: Seen): Timeline {
  const { eid, atMs, before } = seen;
  const id = incidentId(eid, event.seq);
  const rungs = raised(event, eid, before);
  if (rungs === null || timeline.has(id)) return timeline;
  const { market, cause } = event;
  // Blocks that were read together met the same world: a second sensor that says no more is the same incident.
  const isTold = [...timeline.values()].some((of) => {
    return of.eid === eid && of.market === market && of.openedAtMs === atMs && !exceedsRungs(rungs, of.rungs);
  });
  if (isTold) return timeline;
  const incident: Incident = { id, eid, market, cause, rungs, openedAtMs: atMs, decisions: [], timeline: [] };
  const kept = [...timeline, [id, incident] as const].slice(-INCIDENTS_KEPT);
  return new Map(kept);
}

function raised(event: Extract<HubEvent, { kind: "asserted" }>, eid: Eid, before: World): Rungs | null {
  const known = before.chains.get(eid)?.latest;
  if (known === undefined) return null;
  const { state, block } = known;
  const was = rungsInForce(state.meshWords[event.market] ?? EMPTY_WORD, state.leases, block.timestamp);
  const now = rungsInForce(event.meshWord, state.leases, block.timestamp);
  return exceedsRungs(now, was) ? now : null;
}

function about(timeline: Timeline, market: number, item: TimelineItem): Timeline {
  return append(timeline, item, { isAbout: (incident) => incident.market === market, decision: null });
}

function ofDecision(timeline: Timeline, decision: Hex, item: TimelineItem): Timeline {
  return append(timeline, item, { isAbout: ({ decisions }) => decisions.includes(decision), decision: null });
}

function append(
  timeline: Timeline,
  item: TimelineItem,
  { isAbout, decision }: { isAbout: (incident: Incident) => boolean; decision: Hex | null },
): Timeline {
  const concerned = [...timeline.values()].filter(
    (incident) => item.atMs - incident.openedAtMs <= INCIDENT_MS && isAbout(incident),
  );
  if (concerned.length === 0) return timeline;
  const next = new Map(timeline);
  for (const incident of concerned) {
    const decisions = decision === null ? incident.decisions : [...incident.decisions, decision];
    next.set(incident.id, { ...incident, decisions, timeline: [...incident.timeline, item].slice(-ITEMS_KEPT) });
  }
  return next;
}
