/** What a process held after so many blocks. */
export interface MemorySample {
  readonly blocks: number;
  readonly heapBytes: number;
}

/** Everything is cold at first, and fills what it may fill. */
const WARM_UP_SHARE = 0.25;
/** Between two collections a heap grows and falls back: only its low points tell what is kept. */
const WINDOWS = 8;

/** Heap that is kept, by a straight line through the low points after the warm-up. */
export interface MemoryTrend {
  /** Bytes that the line rises from its beginning to its end. */
  readonly growthBytes: number;
  readonly bytesPerThousandBlocks: number;
}

/** @returns null with fewer samples than windows */
export function findTrend(samples: readonly MemorySample[]): MemoryTrend | null {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  if (warm.length < WINDOWS) return null;
  const lows = Array.from({ length: WINDOWS }, (_, window) => {
    const [from, to] = [window, window + 1].map((edge) => Math.floor((edge * warm.length) / WINDOWS));
    return warm.slice(from, to).reduce((low, sample) => (sample.heapBytes < low.heapBytes ? sample : low));
  });
  const slope = slopeOf(lows.map(({ blocks, heapBytes }) => [blocks, heapBytes]));
  const [first, last] = [warm[0], warm.at(-1)];
  const blocks = (last?.blocks ?? 0) - (first?.blocks ?? 0);
  return { growthBytes: slope * blocks, bytesPerThousandBlocks: slope * 1_000 };
}

/** Of the line with the least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (of: readonly number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const covariance = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  const variance = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}
