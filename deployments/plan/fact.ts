import type { JsonRpcProvider } from "ethers";

import type { NetworkParameters } from "../network-parameters.ts";
import type { ChainRecord, NetworkRecord } from "../network-record.ts";
import type { Call } from "../transaction-batch.ts";

/**
 * What is to be true on a chain, in groups that one reading answers and the same calls mend. `wire` makes the facts hold
 * and `verify` says which do not: one list, so that nothing is set that is not checked.
 */
export interface FactGroup {
  readonly stage: Stage;
  /** By what it is called in a difference. */
  readonly expected: Readonly<Record<string, Expectation>>;
  /** What the chain says, by the same names. */
  read(): Promise<Readonly<Record<string, unknown>>>;
  /**
   * What has to be sent so that those of `found.wrong` hold. Left out where nothing can change it any more. What was
   * read is empty in a plan that is made without the chains.
   */
  mend?(found: Found): readonly Step[];
  /** The constructor sees to it, so that a plan for contracts to come has nothing to send. */
  readonly holdsAtCreation?: boolean;
}

export interface Found {
  readonly wrong: ReadonlySet<string>;
  readonly actual: Readonly<Record<string, unknown>>;
}

/**
 * In the order in which wiring goes through them. Whoever verifies messages is set before the peers whose messages they
 * are, and a hub is never the peer of anybody over LayerZero's defaults; ownership goes last, for it cannot be undone.
 */
export const STAGES = [
  "identity",
  "strangers",
  "markets",
  "prices",
  "sensors",
  "hub",
  "venue",
  "libraries",
  "verification",
  "peers",
  "funds",
  "roles",
  "owners",
] as const;
export type Stage = (typeof STAGES)[number];

/** One transaction. */
export type Step =
  | (Call & { readonly kind: "call"; readonly isLate?: boolean })
  | { readonly kind: "fund"; readonly to: string; readonly value: bigint; readonly isLate?: boolean };

export interface Expectation {
  readonly text: string;
  holds(actual: unknown): boolean;
}

/** Where facts are read and what they come from. */
export interface FactContext {
  readonly own: ChainRecord;
  readonly record: NetworkRecord;
  readonly parameters: NetworkParameters;
  readonly provider: JsonRpcProvider;
}

/** Numbers, addresses and hex are compared by what they mean, not by how they are written. */
export function equal(expected: unknown): Expectation {
  const text = write(expected);
  return { text, holds: (actual) => write(actual) === text };
}

/** Equal whatever the order. */
export function sameSet(expected: readonly unknown[]): Expectation {
  const text = writeSet(expected);
  return { text, holds: (actual) => Array.isArray(actual) && writeSet(actual) === text };
}

/** For what is no equality. */
export function such(text: string, holds: (actual: unknown) => boolean): Expectation {
  return { text, holds };
}

/** `values` as equalities, each called `prefix` and its name. */
export function equalEach(prefix: string, values: object): Record<string, Expectation> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, equal(value)]));
}

/** The same names for what a struct of the chain holds. */
export function pickEach(prefix: string, names: object, struct: unknown): Record<string, unknown> {
  const fields = struct as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.keys(names).map((name) => [`${prefix}${name}`, fields[name]]));
}

export function write(value: unknown): string {
  if (Array.isArray(value)) return `[${[...(value as unknown[])].map(write).join(", ")}]`;
  return String(value).toLowerCase();
}

function writeSet(values: readonly unknown[]): string {
  return `[${values.map(write).sort().join(", ")}]`;
}

/** The parts of `expected` that `actual` is not. Something that was not read is wrong. */
export function findWrong(
  expected: Readonly<Record<string, Expectation>>,
  actual: Readonly<Record<string, unknown>>,
): Set<string> {
  const wrong = Object.entries(expected).filter(([name, { holds }]) => !(name in actual) || !holds(actual[name]));
  return new Set(wrong.map(([name]) => name));
}
