/** One thing that is wrong with a configuration: where, and what to write instead. */
export interface ConfigFault {
  /** Dotted path, as `chains.chain-a.hub`. */
  readonly path: string;
  readonly problem: string;
}

/** Joins the steps of a path; indices stand as plain numbers. */
export function pathOf(steps: readonly PropertyKey[]): string {
  return steps.map(String).join(".");
}

/** Every fault on a line of its own, in the order of the paths. */
export function printFaults(faults: readonly ConfigFault[]): string {
  const sorted = [...faults].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return sorted.map(({ path, problem }) => `  ${path === "" ? "(whole file)" : path}: ${problem}`).join("\n");
}
