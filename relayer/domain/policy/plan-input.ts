import { stateOfAction } from "../action/action-view.ts";
import type { InFlight } from "../decision/decision.ts";
import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import type { Entry } from "../incident/entry.ts";
import { EMPTY_WORD, mergeWords } from "../incident/word.ts";
import type { VenueFigures } from "../risk/figures.ts";
import type { ChainView, World } from "../world/world.ts";

/** One chain as `plan` sees it: two states that anybody can read again, and whether it may be sent to. */
export type ChainCut = Pick<ChainView, "eid" | "latest" | "finalised" | "isCaughtUp" | "isSuspect">;

/** All that a decision depends on, besides the policy. */
export interface PlanInput {
  /** Ascending by eid. */
  readonly chains: readonly ChainCut[];
  readonly operators: readonly Hex[];
  readonly inFlight: readonly InFlight[];
  /** What risk comes to on the chains of which it is known, ascending by eid. */
  readonly venues: readonly VenueFigures[];
}

/** After an action was sent in vain too often its destination is left alone this long: a stuck hub must not cost gas. */
export const HOLD_OFF_MS = 60_000;

/** What `world` gives to decide on. `nowMs` is wall time: it paces repeats and decides nothing else. */
export function planInputOf(world: World, operators: readonly Hex[], nowMs: number): PlanInput {
  const chains = [...world.chains.values()]
    .sort((a, b) => a.eid - b.eid)
    .map(({ eid, latest, finalised, isCaughtUp, isSuspect }) => {
      return { eid, latest, finalised, isCaughtUp, ...(isSuspect === true ? { isSuspect } : {}) };
    });
  const venues = listVenues(world.venues);
  const trusted = chains.some(({ isSuspect }) => isSuspect === true) ? withoutSuspects(venues, chains) : venues;
  return { chains, operators, inFlight: listInFlight(world, nowMs), venues: trusted };
}

/** The same list for the same figures, so that what was computed of it can be found again. */
const listed = new WeakMap<World["venues"], readonly VenueFigures[]>();

function listVenues(venues: World["venues"]): readonly VenueFigures[] {
  const known = listed.get(venues);
  if (known !== undefined) return known;
  const list = [...venues.values()].sort((a, b) => a.eid - b.eid);
  listed.set(venues, list);
  return list;
}

/** Figures are of finalised blocks: those of a chain whose finality is in doubt say nothing. */
export function withoutSuspects(venues: readonly VenueFigures[], chains: readonly ChainCut[]): readonly VenueFigures[] {
  return venues.filter(({ eid }) => !chains.some((chain) => chain.eid === eid && chain.isSuspect === true));
}

function listInFlight(world: World, nowMs: number): readonly InFlight[] {
  const needs = new Map<Eid, readonly Entry[]>();
  for (const view of world.actions.values()) {
    const { eid } = view.action;
    const state = stateOfAction(view, world.chains.get(eid) ?? null);
    const isHeldOff = state === "abandoned" && view.abandoned !== null && nowMs < view.abandoned.atMs + HOLD_OFF_MS;
    if (state === "open" || isHeldOff) needs.set(eid, mergeEntries([...(needs.get(eid) ?? []), ...view.action.needs]));
  }
  return [...needs].sort(([a], [b]) => a - b).map(([eid, entries]) => ({ eid, entries }));
}

/** One entry a market, in market order, with the latest stamp of each lane. */
export function mergeEntries(entries: readonly Entry[]): readonly Entry[] {
  const words = new Map<number, Entry["word"]>();
  for (const { market, word } of entries) words.set(market, mergeWords(words.get(market) ?? EMPTY_WORD, word));
  return [...words].sort(([a], [b]) => a - b).map(([market, word]) => ({ market, word }));
}
