import { midnightOf, type Window } from "../data/windows.ts";
import type { Tick } from "../data/read-series.ts";
import type { Asserted } from "./replay.ts";

/** Default leases in seconds; index 0 is rung 1. */
export const MARGIN_LEASES = [86_400, 28_800, 10_800, 3_600] as const;
export const BREAKER_LEASES = [43_200, 10_800, 3_600] as const;

export interface InForce {
  /** How often the rung came into force within the window. */
  readonly trips: number;
  /** Share of the window's ticks at which it was in force. */
  readonly share: number;
  /** When it was first in force within the window, null if never. */
  readonly since: number | null;
  /** Whether it was in force already when the window began. */
  readonly isHeld: boolean;
  /** Longest time within the window that it was in force without a break, in seconds. */
  readonly longest: number;
}

export interface Assertions {
  readonly ticks: readonly Tick[];
  readonly asserted: Asserted;
  readonly leases: readonly number[];
}

/** How `rung` or a higher one was in force within `window`, with leases: an assertion stamps the rungs below it too. */
export function measureForce({ ticks, asserted, leases }: Assertions, rung: number, window: Window): InForce {
  const [from, to] = [midnightOf(window.from), midnightOf(window.to)];
  const ends = leases.map(() => 0);
  let [trips, held, seen, wasOn] = [0, 0, 0, false];
  let since: number | null = null;
  let isHeld = false;
  let [longest, begun] = [0, 0];
  // What was asserted more than the longest lease before is not in force any more.
  for (let at = firstAt(ticks, from - Math.max(...leases)); at < ticks.length; at++) {
    const time = ticks[at]?.time ?? to;
    if (time >= to) break;
    for (let index = 0; index < (asserted[at] ?? 0); index++) ends[index] = time + (leases[index] ?? 0);
    const isOn = ends.some((end, index) => index + 1 >= rung && time < end);
    if (time >= from) {
      seen += 1;
      if (isOn) held += 1;
      if (isOn && !wasOn) trips += 1;
      if (isOn && since === null) [since, isHeld] = [time, wasOn];
      if (isOn && (!wasOn || begun === 0)) begun = time;
      if (isOn) longest = Math.max(longest, time - begun);
    }
    wasOn = isOn;
  }
  return { trips, share: seen === 0 ? 0 : held / seen, since, isHeld, longest };
}

/** Index of the first of `ticks`, which are in order, that is not before `time`; their number if there is none. */
export function firstAt(ticks: readonly Tick[], time: number): number {
  let [low, high] = [0, ticks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ticks[middle]?.time ?? time) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Days of `windows` together. */
export function daysOf(windows: readonly Window[]): number {
  return windows.reduce((days, { from, to }) => days + (midnightOf(to) - midnightOf(from)) / 86_400, 0);
}
