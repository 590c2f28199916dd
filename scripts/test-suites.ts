import { globSync } from "node:fs";

import type { Step } from "./steps.ts";

/** What is run by itself: a suite, or some files of a suite that takes long. */
export interface Piece extends Step {
  readonly suite: string;
  /** Whether it reads what the contracts compile to. */
  readonly needsContracts: boolean;
}

const BUILD_TIMEOUT_MS = 20 * 60_000;
const SUITE_TIMEOUT_MS = 20 * 60_000;

export const BUILD: Piece = {
  ...{ suite: "build", name: "build", command: "hardhat", args: ["build", "--no-tests"] },
  ...{ timeoutMs: BUILD_TIMEOUT_MS, needsContracts: false },
};

/**
 * The tests in Solidity, in parts: what the compiler prints of everything at once is more than its memory, 32 bits of
 * addresses, holds. A part is compiled with what it imports into a place of its own, so that parts do not wait for each
 * other; tests in TypeScript need nothing of them.
 */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  clearing: ["clearing"],
  hub: ["hub", "invariant", "examples"],
  sensors: ["sensors", "types", "guard"],
  governance: ["governance", "incentives", "oracle"],
};
/** What is in no part yet. */
const REST = "rest";
const FOLDER = "test/contracts";

/** Pieces that compile a part and, unless told otherwise, run it. */
export function solidity(verb: readonly string[] = ["test", "solidity"]): readonly Piece[] {
  const partOf = (file: string): string => {
    const is = ([, folders]: readonly [string, readonly string[]]) =>
      folders.some((folder) => file.startsWith(`${FOLDER}/${folder}/`));
    return Object.entries(PARTS).find(is)?.[0] ?? REST;
  };
  const files = Object.groupBy(globSync(`${FOLDER}/**/*.sol`).sort(), partOf);
  return Object.entries(files).map(([part, of = []]) => ({
    ...{ suite: "solidity", name: `solidity, ${part}`, command: "hardhat", args: [...verb, ...of] },
    ...{ env: { CORDON_TEST_PART: part }, timeoutMs: SUITE_TIMEOUT_MS, needsContracts: false },
  }));
}

/** @param among - how many pieces share the files */
function mocha(suite: string, pattern: string, among = 1): readonly Piece[] {
  const files = globSync(pattern).sort();
  return Array.from({ length: among }, (_, index) => ({
    ...{ suite, name: among === 1 ? suite : `${suite}, ${String(index + 1)} of ${String(among)}`, command: "mocha" },
    args: ["--reporter", "spec", ...files.filter((_, at) => at % among === index)],
    ...{ timeoutMs: SUITE_TIMEOUT_MS, needsContracts: true },
  }));
}

/** One of each by turns, then what is left of the longer. */
function byTurns<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, at) => [
    ...a.slice(at, at + 1),
    ...b.slice(at, at + 1),
  ]).flat();
}

/**
 * In the order in which they begin: quick ones first, so that a plain mistake shows early. Parts in Solidity, each of which
 * keeps a core busy, come by turns with suites that mostly wait for chains; what takes longest ends in small pieces.
 */
export function listPieces(): readonly Piece[] {
  const [longest, ...parts] = solidity();
  const waiting = [
    ...mocha("localnet", "test/localnet/**/*.test.ts"),
    ...mocha("conformance", "test/conformance/**/*.test.ts"),
    ...mocha("integration", "test/integration/**/*.test.ts"),
    ...mocha("deployments", "test/deployments/**/*.test.ts", 2),
  ];
  return [
    ...(longest ? [longest] : []),
    ...mocha("relayer", "test/relayer/**/*.test.ts"),
    ...mocha("launcher", "test/launcher/**/*.test.ts"),
    ...mocha("contracts", "test/contracts/**/*.test.ts"),
    ...byTurns(waiting, parts),
    ...mocha("gas", "test/bench/**/*.test.ts"),
    ...mocha("e2e", "test/e2e/**/*.test.ts", 6),
  ];
}
