import { globSync } from "node:fs";
import { parseArgs } from "node:util";

import { formatSeconds, runStep, type Step, type StepResult } from "./steps.ts";

const BUILD_TIMEOUT_MS = 20 * 60_000;
const SUITE_TIMEOUT_MS = 20 * 60_000;
const DEEP_TIMEOUT_MS = 60 * 60_000;
/** DESIGN: fuzz and invariant runs are short locally and long in the deep profile. */
const DEEP_ENV = { CORDON_FUZZ_RUNS: "10000", CORDON_INVARIANT_RUNS: "1000" };

const USAGE = `usage: ./cordon test [suite …] [--deep] [--list] [--build]

Compiles the contracts and runs every suite, or those named. --deep fuzzes far longer (npm run test:deep).
--build compiles and ends.
Ends in the line "N passed, N failed".
`;

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function mocha(name: string, pattern: string): Step {
  return { name, command: "mocha", args: ["--reporter", "spec", pattern], timeoutMs: SUITE_TIMEOUT_MS };
}

/** In parts: what the compiler prints of everything at once is more than its memory, 32 bits of addresses, holds. */
const TEST_PARTS: readonly (readonly string[])[] = [
  ["clearing"],
  ["hub", "invariant"],
  ["sensors", "types", "guard"],
  ["governance", "incentives", "oracle"],
];
const TEST_FOLDER = "test/contracts";

/** Contracts, then their tests. What is not in a part yet is a part of its own. */
function listBuilds(): readonly Step[] {
  const files = globSync(`${TEST_FOLDER}/**/*.sol`).sort();
  const partOf = (file: string): number => {
    return TEST_PARTS.findIndex((part) => part.some((folder) => file.startsWith(`${TEST_FOLDER}/${folder}/`)));
  };
  const parts = [...TEST_PARTS.keys(), -1].map((part) => files.filter((file) => partOf(file) === part));
  return [["--no-tests"], ...parts.filter((part) => part.length > 0)].map((args) => {
    return { name: "build", command: "hardhat", args: ["build", ...args], timeoutMs: BUILD_TIMEOUT_MS };
  });
}

/** @returns whether everything compiles */
async function build(echo: (text: string) => void): Promise<boolean> {
  for (const step of listBuilds()) {
    const { exitCode } = await runStep(step, echo);
    if (exitCode !== 0) return false;
  }
  return true;
}

/** Quick ones first, so that a plain mistake shows early. */
const SUITES: readonly Step[] = [
  mocha("relayer", "test/relayer/**/*.test.ts"),
  { name: "solidity", command: "hardhat", args: ["test", "solidity", "--no-compile"], timeoutMs: SUITE_TIMEOUT_MS },
  mocha("contracts", "test/contracts/**/*.test.ts"),
  mocha("deployments", "test/deployments/**/*.test.ts"),
  mocha("localnet", "test/localnet/**/*.test.ts"),
  mocha("conformance", "test/conformance/**/*.test.ts"),
  mocha("integration", "test/integration/**/*.test.ts"),
  mocha("launcher", "test/launcher/**/*.test.ts"),
  mocha("gas", "test/bench/**/*.test.ts"),
  mocha("e2e", "test/e2e/**/*.test.ts"),
];

/** Reads the closing counts of mocha and of hardhat's Solidity runner, which print them alike. */
function readCounts({ output, exitCode }: StepResult): Counts {
  const sum = (word: string): number =>
    [...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    );
  const counts = { passed: sum("passing"), failed: sum("failing"), skipped: sum("pending") + sum("skipped") };
  const ranNothing = counts.passed + counts.failed === 0;
  const diedUnseen = exitCode !== 0 && counts.failed === 0;
  return ranNothing || diedUnseen ? { ...counts, failed: counts.failed + 1 } : counts;
}

function chooseSuites(names: readonly string[]): readonly Step[] {
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `there is no suite ${unknown.join(", ")}; there are ${SUITES.map(({ name }) => name).join(", ")}\n`,
    );
    process.exit(2);
  }
  return names.length === 0 ? SUITES : SUITES.filter(({ name }) => names.includes(name));
}

async function main(suites: readonly Step[], isDeep: boolean): Promise<void> {
  const echo = (text: string): void => void process.stdout.write(text);
  if (!(await build(echo))) {
    echo("\nthe contracts do not compile\n0 passed, 1 failed\n");
    process.exitCode = 1;
    return;
  }

  const total = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  for (const suite of suites) {
    echo(`\n== ${suite.name}\n`);
    const deep = isDeep ? { env: DEEP_ENV, timeoutMs: DEEP_TIMEOUT_MS } : {};
    const result = await runStep({ ...suite, ...deep }, echo);
    const counts = readCounts(result);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    lines.push(
      `${suite.name.padEnd(12)} ${String(counts.passed).padStart(5)} passed ${String(counts.failed).padStart(3)} failed  ${formatSeconds(result.durationMs)}`,
    );
  }
  echo(`\n${lines.join("\n")}\n\n`);
  const skipped = total.skipped > 0 ? `, ${String(total.skipped)} skipped` : "";
  echo(`${String(total.passed)} passed, ${String(total.failed)} failed${skipped}\n`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

const { values, positionals } = parseArgs({
  options: {
    deep: { type: "boolean" },
    list: { type: "boolean" },
    build: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
  allowPositionals: true,
});
if (values.help === true) {
  process.stdout.write(USAGE);
} else if (values.list === true) {
  process.stdout.write(`${SUITES.map(({ name }) => name).join("\n")}\n`);
} else if (values.build === true) {
  process.exitCode = (await build((text) => void process.stdout.write(text))) ? 0 : 1;
} else {
  await main(chooseSuites(positionals), values.deep === true);
}
