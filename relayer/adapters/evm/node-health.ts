import type { RelayerError } from "../../errors.ts";

/** How long a node that failed is passed over: doubles with every failure in a row, up to the longest. */
const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 30_000;

/** Weight of the newest answer in what is known of latency and errors: of the last dozen or so. */
const NEWEST = 0.15;
/** A node that answers as quickly is as good as any. */
const QUICK_MS = 250;
/** From this score on nodes are asked in the configured order: who is a little slower is not passed over. */
const FIT = 0.5;

/** What one node deserves to be asked, judged by how it has answered. Pure bookkeeping: time comes in. */
export interface NodeHealth {
  /** Wall time until which it is passed over. */
  readonly restsUntilMs: number;
  /** It showed something that the others contradict: asked last of those that answer, until {@link believe}. */
  readonly isDoubted: boolean;
  /** Milliseconds of an answer, lately; null before the first. */
  readonly latencyMs: number | null;
  /** Part of requests that failed, lately. */
  readonly errorRate: number;
  /** 1 for a node that is quick and right, 0 for one that always fails. Doubt halves it: it lags, or it lies. */
  readonly score: number;
  /** A request took so long, and was answered or not. A refusal that is about us is an answer. */
  noteAnswer(ms: number, isAnswered: boolean): void;
  succeed(): void;
  /** @returns whether the node was away, overloaded or another one, and rests */
  fail(error: RelayerError, nowMs: number): boolean;
  doubt(): void;
  believe(): void;
}

export function createNodeHealth(): NodeHealth {
  let failures = 0;
  let restsUntilMs = -Infinity;
  let isDoubted = false;
  let latencyMs: number | null = null;
  let errorRate = 0;
  return {
    get latencyMs() {
      return latencyMs;
    },
    get errorRate() {
      return errorRate;
    },
    get score() {
      const speed = Math.min(1, QUICK_MS / Math.max(latencyMs ?? 0, 1));
      return (1 - errorRate) * speed * (isDoubted ? 0.5 : 1);
    },
    noteAnswer(ms, isAnswered) {
      errorRate += NEWEST * ((isAnswered ? 0 : 1) - errorRate);
      if (isAnswered) latencyMs = latencyMs === null ? ms : latencyMs + NEWEST * (ms - latencyMs);
    },
    get restsUntilMs() {
      return restsUntilMs;
    },
    get isDoubted() {
      return isDoubted;
    },
    succeed() {
      failures = 0;
    },
    fail(error, nowMs) {
      if (!AWAY.has(error.name)) return false;
      failures += 1;
      const own = FIRST_REST_MS * 2 ** (failures - 1);
      // Who says how long it wants to be left alone is left alone, within what we can do without it.
      restsUntilMs = nowMs + Math.min(Math.max(own, askedFor(error)), LONGEST_REST_MS);
      return true;
    },
    doubt() {
      isDoubted = true;
    },
    believe() {
      isDoubted = false;
    },
  };
}

const AWAY: ReadonlySet<string> = new Set(["RPC_UNAVAILABLE", "RPC_LIMITED", "ENDPOINT_STRAYED"]);

function askedFor({ facts }: RelayerError): number {
  const ms = facts["retryAfterMs"];
  return typeof ms === "number" ? ms : 0;
}

/**
 * In the configured order, first those that are fit; then those that are slow or fail often, best first; then those that
 * are doubted; then those that rest, soonest fit first: better than nobody.
 */
export function orderByHealth<T extends { readonly health: NodeHealth }>(members: readonly T[], nowMs: number): T[] {
  const isResting = ({ health }: T) => health.restsUntilMs > nowMs;
  const awake = members.filter((member) => !isResting(member));
  const resting = members.filter(isResting);
  const trusted = awake.filter(({ health }) => !health.isDoubted);
  const isFit = ({ health }: T) => health.score >= FIT;
  return [
    ...trusted.filter(isFit),
    ...trusted.filter((member) => !isFit(member)).sort((a, b) => b.health.score - a.health.score),
    ...awake.filter(({ health }) => health.isDoubted),
    ...resting.sort((a, b) => a.health.restsUntilMs - b.health.restsUntilMs),
  ];
}
