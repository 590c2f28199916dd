import type { Tick } from "../data/read-series.ts";
import type { Sampled } from "./averages.ts";

/** What was known at a midnight, and what the day after it brought. */
export interface Day {
  readonly midnight: number;
  readonly sampled: Sampled;
  /** Sum of squared log returns of the day's bars. */
  readonly realised: number;
  /** RiskMetrics: EWMA of squared daily log returns, 0.94, as of the midnight. */
  readonly ewma: number;
}

export const DAY_SECONDS = 86_400;
const EWMA_DECAY = 0.94;
/** A day with less of it recorded is left out: its sum would be too small. */
const LEAST_COVERAGE = 0.97;
/** A close at midnight may be this old. */
const CLOSE_SECONDS = 2 * 3_600;

export interface DayOptions {
  /** Days left out at the beginning. */
  readonly warmUpDays: number;
  /** The oldest that the latest sample may be at a midnight. */
  readonly maxAgeSeconds: number;
}

/** Every midnight with a whole day after it. */
export function listDays(ticks: readonly Tick[], samples: readonly Sampled[], options: DayOptions): Day[] {
  const realised = realisedByDay(ticks);
  const closes = closesByMidnight(ticks);
  const days: Day[] = [];
  let ewma: number | undefined;
  let before: number | undefined;
  let at = 0;
  for (const [midnight, close] of closes) {
    if (before !== undefined) {
      const square = Math.log(close / before) ** 2;
      ewma = ewma === undefined ? square : EWMA_DECAY * ewma + (1 - EWMA_DECAY) * square;
    }
    before = close;
    while ((samples[at + 1]?.time ?? Infinity) <= midnight) at += 1;
    const sampled = samples[at];
    const next = realised.get(midnight);
    const isFresh =
      sampled !== undefined && sampled.time <= midnight && midnight - sampled.time <= options.maxAgeSeconds;
    if (isFresh && next !== undefined && ewma !== undefined) days.push({ midnight, sampled, realised: next, ewma });
  }
  return days.slice(options.warmUpDays);
}

/** The last price at each midnight that has one of the hour before it, by midnight, oldest first. */
function closesByMidnight(ticks: readonly Tick[]): Map<number, number> {
  const closes = new Map<number, number>();
  for (const { time, price } of ticks) {
    const midnight = Math.ceil(time / DAY_SECONDS) * DAY_SECONDS;
    if (midnight - time < CLOSE_SECONDS) closes.set(midnight, price);
  }
  return closes;
}

function realisedByDay(ticks: readonly Tick[]): Map<number, number> {
  const sums = new Map<number, { sum: number; covered: number }>();
  ticks.forEach(({ time, price }, at) => {
    const before = ticks[at - 1];
    if (before === undefined) return;
    const midnight = (Math.ceil(time / DAY_SECONDS) - 1) * DAY_SECONDS;
    const entry = sums.get(midnight) ?? { sum: 0, covered: 0 };
    entry.sum += Math.log(price / before.price) ** 2;
    entry.covered += Math.min(time - before.time, time - midnight);
    sums.set(midnight, entry);
  });
  const whole = [...sums].filter(([, { sum, covered }]) => sum > 0 && covered >= LEAST_COVERAGE * DAY_SECONDS);
  return new Map(whole.map(([midnight, { sum }]) => [midnight, sum]));
}
