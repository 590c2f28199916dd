/** Processor time of this process that `work` takes, in nanoseconds: what others do on the machine is not in it. */
export function cpuNsOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  return nsSince(before);
}

/** The same for work that waits: what happens meanwhile in this process is in it. */
export async function cpuNsOfAsync(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  return nsSince(before);
}

function nsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1_000;
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
