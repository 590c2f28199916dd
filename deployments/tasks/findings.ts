/** Something on a chain that is not as it should be. */
export interface Difference {
  readonly chain: string;
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

/** Collects what differs on one chain. */
export interface Findings {
  readonly differences: readonly Difference[];
  /** Numbers, addresses and hex are compared by what they mean, not by how they are written. */
  compare(what: string, expected: unknown, actual: unknown): void;
  /** Equal whatever the order. */
  compareSets(what: string, expected: readonly unknown[], actual: readonly unknown[]): void;
  /** For what is no equality: `holds` says whether `actual` is fine. */
  require(what: string, expected: string, holds: boolean, actual: unknown): void;
}

export function createFindings(chain: string): Findings {
  const differences: Difference[] = [];
  const require: Findings["require"] = (what, expected, holds, actual) => {
    if (!holds) differences.push({ chain, what, expected, actual: write(actual) });
  };
  const compareSets: Findings["compareSets"] = (what, expected, actual) =>
    compare(what, [...expected].map(write).sort(), [...actual].map(write).sort());
  const compare: Findings["compare"] = (what, expected, actual) =>
    require(what, write(expected), write(expected) === write(actual), actual);
  return { differences, compare, compareSets, require };
}

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(", ")}]`;
  return String(value).toLowerCase();
}
