import type { HubEvent, LoggedEvent } from "../incident/hub-event.ts";
import type { BlockRef } from "./block.ts";
import { thinCheckpoints } from "./checkpoints.ts";
import type { Finding, FindingKind } from "./finding.ts";
import { foldBatches } from "./fold.ts";
import { type HubSnapshot, type HubState, isSameState } from "./hub-state.ts";
import type { BlocksRead, ChainObservation, Finalised, Resynchronised, Rewound } from "./observation.ts";
import type { Batch, ChainView } from "./world.ts";

interface ChainStep {
  readonly view: ChainView | null;
  readonly findings: readonly Finding[];
}

/** Folds one observation of a chain into what is known of it; null while nothing is. */
export function reduceChain(view: ChainView | null, observation: ChainObservation): ChainStep {
  if (observation.kind === "snapshot-taken")
    return { view: { ...startFrom(observation.snapshot, observation.eid), ...doubtOf(view) }, findings: [] };
  if (view === null) {
    return {
      view: null,
      findings: [{ kind: "unknown-chain", eid: observation.eid, facts: { seen: observation.kind } }],
    };
  }
  switch (observation.kind) {
    case "blocks-read":
      return readBlocks(view, observation);
    case "finalised":
      return finalise(view, observation);
    case "rewound":
      return rewind(view, observation);
    case "resynchronised":
      return resynchronise(view, observation);
    case "trust-changed": {
      const isSuspect = !observation.isTrusted;
      return { view: (view.isSuspect ?? false) === isSuspect ? view : { ...view, isSuspect }, findings: [] };
    }
  }
}

function startFrom({ block, ...state }: HubSnapshot, eid: ChainView["eid"]): ChainView {
  const at = { block, state };
  return { eid, finalised: at, batches: [], latest: at, checkpoints: [], isCaughtUp: false };
}

/** Doubt outlives a new beginning: a chain that took back what was final may have begun with another lie. */
function doubtOf(view: ChainView | null): Pick<ChainView, "isSuspect"> {
  return view?.isSuspect === true ? { isSuspect: true } : {};
}

function readBlocks(view: ChainView, { to, isHead, events }: BlocksRead): ChainStep {
  const cursor = view.latest.block;
  if (to.hash === cursor.hash && events.length === 0) {
    return { view: view.isCaughtUp === isHead ? view : { ...view, isCaughtUp: isHead }, findings: [] };
  }
  const fault = findFault(cursor, to, events);
  if (fault !== null) return refuse(view, "not-contiguous", { cursor: cursor.number, to: to.number, fault });

  const batches = batchEvents(events);
  const state = foldBatches(view.latest.state, batches);
  const next: ChainView = {
    ...view,
    batches: batches.length === 0 ? view.batches : [...view.batches, ...batches],
    latest: { block: to, state },
    checkpoints:
      cursor.number > view.finalised.block.number ? thinCheckpoints(view.checkpoints, cursor) : view.checkpoints,
    isCaughtUp: isHead,
  };
  return { view: next, findings: findGaps(view, events) };
}

/** Why blocks up to `to` cannot follow the cursor, or null. Headers in between are not read: the next turn checks. */
function findFault(cursor: BlockRef, to: BlockRef, events: readonly LoggedEvent[]): string | null {
  if (to.number <= cursor.number) return "not ahead";
  if (to.number === cursor.number + 1 && to.parentHash !== cursor.hash) return "other parent";
  for (const [index, { blockNumber, blockHash, logIndex }] of events.entries()) {
    if (blockNumber <= cursor.number || blockNumber > to.number) return "event out of range";
    if (blockNumber === to.number && blockHash !== to.hash) return "event of another block";
    const last = events[index - 1];
    if (last === undefined || blockNumber > last.blockNumber) continue;
    const isNext = blockNumber === last.blockNumber && blockHash === last.blockHash && logIndex > last.logIndex;
    if (!isNext) return "events out of order";
  }
  return null;
}

function batchEvents(events: readonly LoggedEvent[]): readonly Batch[] {
  const batches: { number: number; change: { events: HubEvent[] } }[] = [];
  for (const { blockNumber, event } of events) {
    const last = batches.at(-1);
    if (last?.number === blockNumber) last.change.events.push(event);
    else batches.push({ number: blockNumber, change: { events: [event] } });
  }
  return batches;
}

/** Sequence numbers that are missing before or between `events`. Repeats are no finding. */
function findGaps(view: ChainView, events: readonly LoggedEvent[]): readonly Finding[] {
  let last = view.latest.state.seq;
  return events.flatMap(({ event }): Finding[] => {
    const expected = last + 1;
    last = Math.max(last, event.seq);
    return event.seq > expected ? [{ kind: "seq-gap", eid: view.eid, facts: { expected, seen: event.seq } }] : [];
  });
}

function finalise(view: ChainView, { block }: Finalised): ChainStep {
  if (block.number <= view.finalised.block.number) return { view, findings: [] };
  if (block.number > view.latest.block.number) {
    return refuse(view, "not-contiguous", { cursor: view.latest.block.number, finalised: block.number });
  }
  const isFinal = (batch: Batch): boolean => batch.number <= block.number;
  const next: ChainView = {
    ...view,
    finalised: { block, state: foldBatches(view.finalised.state, view.batches.filter(isFinal)) },
    batches: view.batches.filter((batch) => !isFinal(batch)),
    checkpoints: view.checkpoints.filter(({ number }) => number > block.number),
  };
  return { view: next, findings: [] };
}

function rewind(view: ChainView, { ancestor }: Rewound): ChainStep {
  if (ancestor.number < view.finalised.block.number) {
    return refuse(view, "beyond-finality", { ancestor: ancestor.number, finalised: view.finalised.block.number });
  }
  const known = [view.finalised.block, ...view.checkpoints, view.latest.block];
  if (!known.some(({ hash }) => hash === ancestor.hash)) {
    return refuse(view, "not-contiguous", { ancestor: ancestor.number });
  }
  const batches = view.batches.filter(({ number }) => number <= ancestor.number);
  const next: ChainView = {
    ...view,
    batches,
    latest: { block: ancestor, state: foldBatches(view.finalised.state, batches) },
    checkpoints: view.checkpoints.filter(({ number }) => number < ancestor.number),
    isCaughtUp: false,
  };
  return { view: next, findings: [] };
}

/**
 * Takes the chain's own word for its state. A snapshot that counts fewer events than were read is a node that lags or
 * lies: what was read stays, for less can only be looser.
 */
function resynchronise(view: ChainView, { snapshot }: Resynchronised): ChainStep {
  const { block, ...state } = snapshot;
  const { latest } = view;
  if (block.hash !== latest.block.hash) {
    return refuse(view, "not-contiguous", { cursor: latest.block.number, snapshot: block.number });
  }
  if (isSameState(state, latest.state)) return { view, findings: [] };
  const findings: Finding[] = [
    { kind: "disagreement", eid: view.eid, facts: { seqSeen: latest.state.seq, seqThere: state.seq } },
  ];
  if (state.seq < latest.state.seq) return { view, findings };
  return { view: adopt(view, block, state), findings };
}

function adopt(view: ChainView, block: BlockRef, state: HubState): ChainView {
  const latest = { block, state };
  // At the finalised block itself there is nothing to undo.
  if (block.number === view.finalised.block.number) return { ...view, finalised: latest, latest };
  const batch: Batch = { number: block.number, change: { state } };
  return { ...view, batches: [...view.batches, batch], latest };
}

function refuse(view: ChainView, kind: FindingKind, facts: Finding["facts"]): ChainStep {
  return { view, findings: [{ kind, eid: view.eid, facts }] };
}
