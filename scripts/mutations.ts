import { readFileSync } from "node:fs";
import { z } from "zod";

/** A rule of the contracts, changed by a few characters, and the tests that have to notice. */
const MutationSchema = z.strictObject({
  /** Of docs/protocol.md. */
  property: z.string().regex(/^P(1[0-3]|[1-9])$/),
  /** What the change takes away, for a reader. */
  rule: z.string().min(1),
  file: z.string().startsWith("contracts/"),
  /** Stands in the file once. */
  from: z.string().min(1),
  to: z.string(),
  /** Files that are run. */
  tests: z.array(z.string().startsWith("test/contracts/")).min(1),
  /** Tests in them that must fail. */
  caughtBy: z.array(z.string().min(1)).min(1),
});

export type Mutation = z.output<typeof MutationSchema>;

const FILE = new URL("../test/mutations/mutations.json", import.meta.url);

export function readMutations(): readonly Mutation[] {
  return z.array(MutationSchema).parse(JSON.parse(readFileSync(FILE, "utf8")));
}

/**
 * Of the tests that must fail those that did not, by what Hardhat's Solidity runner printed. A run that compiled nothing
 * or ended early has shown nothing, so all of them are survivors then.
 */
export function listSurvivors({ caughtBy }: Mutation, output: string): readonly string[] {
  const failed = new Set([...output.matchAll(/^\s+\d+\) (\w+)\(/gm)].map(([, name]) => name));
  return caughtBy.filter((name) => !failed.has(name));
}
