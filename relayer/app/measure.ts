import type { Eid } from "../domain/eid.ts";
import type { Asserted, Heard, Merged } from "../domain/incident/hub-event.ts";
import { isRegistered } from "../domain/incident/posture.ts";
import { type Rungs, exceedsRungs, meetRungs, nameRungs } from "../domain/incident/rungs.ts";
import { EMPTY_WORD, rungsInForce } from "../domain/incident/word.ts";
import type { ChainView, World } from "../domain/world/world.ts";
import type { TighteningPath } from "../ports/metrics.ts";
import type { AppContext } from "./context.ts";
import type { Change } from "./ledger.ts";

/** After this time a chain that did not tighten is not waited for any more; nothing is recorded for it. */
const SIGHTING_LIFE_MS = 15 * 60_000;
/** Assertions followed at the same time. The oldest gives way. */
const SIGHTINGS_MAX = 64;

/** A raising assertion, and the chains that did not hear of it yet. */
interface Sighting {
  readonly eid: Eid;
  readonly market: number;
  readonly seq: number;
  readonly rungs: Rungs;
  readonly seenMs: number;
  readonly waiting: Readonly<Record<TighteningPath, Set<Eid>>>;
  readonly isFirst: Record<TighteningPath, boolean>;
}

/**
 * Measures, for each path by itself, the time from the first sight of an assertion to the first and to the last other
 * chain that tightened. A path on which some chain is never reached records no time to global.
 */
export function measureTightening(context: AppContext, nameOf: (eid: Eid) => string): void {
  const sightings = new Map<string, Sighting>();

  context.ledger.onChange((change) => {
    if (change.observation.kind !== "blocks-read") return;
    const { eid, events } = change.observation;
    for (const { event } of events) {
      if (event.kind === "asserted") addSighting(sightings, sight(change, eid, event, context.clock.nowMs()));
      if (event.kind === "merged" || event.kind === "heard") {
        for (const sighting of sightings.values()) note(sighting, eid, event);
      }
    }
  });

  const note = (sighting: Sighting, eid: Eid, event: Merged | Heard): void => {
    const path = pathOf(sighting, event, context.ledger.world.chains.get(eid) ?? null);
    if (path === null || !sighting.waiting[path].delete(eid)) return;
    const ms = context.clock.nowMs() - sighting.seenMs;
    const { market, rungs } = sighting;
    context.log.info({ chain: nameOf(eid), path, ms, market, rungs: nameRungs(rungs) }, "chain tightened");
    if (sighting.isFirst[path]) context.metrics.tightenedFirst(path, ms / 1_000);
    sighting.isFirst[path] = false;
    if (sighting.waiting[path].size === 0) context.metrics.tightenedAll(path, ms / 1_000);
  };
}

function addSighting(sightings: Map<string, Sighting>, sighting: Sighting | null): void {
  if (sighting === null) return;
  const key = `${sighting.eid}/${sighting.market}/${sighting.seq}`;
  // Blocks that are read again show the same event again.
  if (!sightings.has(key)) sightings.set(key, sighting);
  for (const [old, { seenMs }] of sightings) {
    if (sightings.size > SIGHTINGS_MAX || sighting.seenMs - seenMs > SIGHTING_LIFE_MS) sightings.delete(old);
  }
}

/** Null when the assertion raised nothing there, or nobody else is looser. */
function sight({ before, after }: Change, eid: Eid, event: Asserted, nowMs: number): Sighting | null {
  const source = before.chains.get(eid);
  const time = after.chains.get(eid)?.latest.block.timestamp;
  if (source === undefined || time === undefined) return null;
  const was = rungsInForce(source.latest.state.meshWords[event.market] ?? EMPTY_WORD, source.latest.state.leases, time);
  const rungs = rungsInForce(event.meshWord, source.latest.state.leases, time);
  if (!exceedsRungs(rungs, was)) return null;
  const looser = listLooser(after, eid, { market: event.market, rungs });
  if (looser.length === 0) return null;
  return {
    eid,
    market: event.market,
    seq: event.seq,
    rungs,
    seenMs: nowMs,
    waiting: { direct: new Set(looser), layerzero: new Set(looser) },
    isFirst: { direct: true, layerzero: true },
  };
}

function listLooser(world: World, source: Eid, { market, rungs }: { market: number; rungs: Rungs }): readonly Eid[] {
  const others = [...world.chains.values()].filter(({ eid, latest }) => {
    return eid !== source && isRegistered(latest.state.posture, market);
  });
  return others.filter((chain) => exceedsRungs(rungs, inForce(chain, market))).map(({ eid }) => eid);
}

function inForce({ latest }: ChainView, market: number): Rungs {
  return rungsInForce(latest.state.meshWords[market] ?? EMPTY_WORD, latest.state.leases, latest.block.timestamp);
}

/** By which path `event` brought the sighting's assertion to `chain`, or null when it did not. */
function pathOf(sighting: Sighting, event: Merged | Heard, chain: ChainView | null): TighteningPath | null {
  if (event.kind === "heard") {
    return event.srcEid === sighting.eid && event.srcSeq >= sighting.seq ? "layerzero" : null;
  }
  if (chain === null || event.market !== sighting.market || event.path === "layerzero") return null;
  const { limits, leases } = chain.latest.state;
  const ceiling = event.path === "solo" ? limits.soloCeiling : limits.quorumCeiling;
  const now = rungsInForce(event.meshWord, leases, chain.latest.block.timestamp);
  return exceedsRungs(meetRungs(sighting.rungs, ceiling), now) ? null : "direct";
}
