import { type Leases, leaseSecondsOf } from "../incident/leases.ts";
import type { Rungs } from "../incident/rungs.ts";
import {
  EMPTY_WORD,
  VOID_LANE,
  type Word,
  holdsLane,
  laneOf,
  mapLanes,
  mergeWords,
  provisionalStamp,
  splitWord,
  splitWordAt,
} from "../incident/word.ts";
import type { MirrorPolicy } from "./policy.ts";

/*
 * The mirror rule, version 1: what holds on one deployment shall hold on all. It only ever asks for later stamps, so it
 * cannot loosen; what it does not know, it does not ask for.
 */

/** A lone operator's renewal that gains less than this is not worth a transaction: the bound moves every second. */
export const SOLO_GAIN_SECONDS = 60;

/**
 * What all deployments together say of one market: the lane-wise maximum at the heads, and at the finalised heads.
 * Without `voidBefore`: a void binds the deployment on which it was spoken and no other, or one chain could loosen all.
 */
export interface Evidence {
  readonly latest: Word;
  readonly finalised: Word;
}

/**
 * Joins one market's words. Stamps later than `horizon` are left out, as hubs would leave them out: a clock that runs
 * ahead must not hide what the others really said.
 */
export function gatherEvidence(
  words: { latest: readonly Word[]; finalised: readonly Word[] },
  horizon: number,
): Evidence {
  const join = (of: readonly Word[]): Word =>
    of.map((word) => splitWordAt(word, horizon).kept).reduce(mergeWords, EMPTY_WORD);
  return { latest: join(words.latest), finalised: join(words.finalised) };
}

/** One market on the deployment that the rule looks after. */
export interface Deployment {
  /** Its mesh word, together with what is on its way there. */
  readonly word: Word;
  readonly leases: Leases;
  /** Timestamp of its head. */
  readonly time: number;
  /** Highest rungs that it takes from a directive with the signatures that there are. */
  readonly ceiling: Rungs;
  /** With fewer signatures than its quorum: no lane may outlive this time by more than a lone operator's span. */
  readonly soloTime: number | null;
}

/**
 * Lanes to send at once: rungs in force per the evidence and not in force there. Unfinalised evidence gives a stamp
 * that lapses by itself, unless final evidence gives a longer one.
 */
export function findRaise(evidence: Evidence, deployment: Deployment): Word {
  const { word, leases, time, ceiling } = deployment;
  const need = mapLanes((index) => {
    const latest = laneOf(evidence.latest, index);
    if (latest === 0 || holdsLane(word, index, { leases, time })) return 0;
    const stamps = [laneOf(evidence.finalised, index), provisionalStamp(index, latest, leases)];
    const allowed = stamps.map((stamp) => clip(stamp, index, deployment));
    return Math.max(0, ...allowed.filter((stamp) => isEffective(stamp, index, deployment)));
  });
  return splitWord(need, ceiling).kept;
}

/**
 * Lanes to send in their own time, from final evidence only: those about to lapse (renew), and those still missing once
 * things have gone quiet (reconcile).
 */
export function findSettle(evidence: Evidence, deployment: Deployment, policy: MirrorPolicy): Word {
  const { word, time, ceiling } = deployment;
  const need = mapLanes((index) => {
    const final = laneOf(evidence.finalised, index);
    if (final <= laneOf(word, index)) return 0;
    const allowed = clip(final, index, deployment);
    const isWhole = allowed === final;
    if (isWhole && time >= final + policy.reconcileAfterSeconds) return allowed;
    const isWorth = isWhole || allowed - laneOf(word, index) >= SOLO_GAIN_SECONDS;
    return isWorth && isLapsing(index, deployment, policy) ? allowed : 0;
  });
  return splitWord(need, ceiling).kept;
}

/**
 * Lanes to send in their own time, of what rules hold for true now: those about to lapse. Unlike the words of
 * deployments these stamps move with every look, so they are not held against words for their own sake.
 */
export function findRenew(claimed: Word, deployment: Deployment, policy: MirrorPolicy): Word {
  const need = mapLanes((index) => {
    const allowed = clip(laneOf(claimed, index), index, deployment);
    const gained = allowed - laneOf(deployment.word, index);
    return gained >= SOLO_GAIN_SECONDS && isLapsing(index, deployment, policy) ? allowed : 0;
  });
  return splitWord(need, deployment.ceiling).kept;
}

/** Whether the rung of lane `index` is in force and will not be for much longer. */
function isLapsing(index: number, { word, leases, time }: Deployment, policy: MirrorPolicy): boolean {
  const remaining = laneOf(word, index) + leaseSecondsOf(leases, index) - time;
  return holdsLane(word, index, { leases, time }) && remaining < policy.renewBelowSeconds;
}

/** Whether the rung would be in force with `stamp`. */
function isEffective(stamp: number, index: number, { word, leases, time }: Deployment): boolean {
  return stamp > laneOf(word, VOID_LANE) && time < stamp + leaseSecondsOf(leases, index);
}

function clip(stamp: number, index: number, { leases, soloTime }: Deployment): number {
  return soloTime === null ? stamp : Math.min(stamp, provisionalStamp(index, soloTime, leases));
}
