import { parseArgs } from "node:util";

import { formatSeconds, runInLanes, runStep, type StepResult } from "./steps.ts";
import { BUILD, listPieces, type Piece, solidity } from "./test-suites.ts";

const DEEP_TIMEOUT_MS = 60 * 60_000;
/** DESIGN: fuzz and invariant runs are short locally and long in the deep profile. */
const DEEP_ENV = { CORDON_FUZZ_RUNS: "10000", CORDON_INVARIANT_RUNS: "1000" };
/** Two cores on the smallest machine that has to pass this; two compilers take 3 GB. */
const AT_ONCE = 2;

const USAGE = `usage: ./cordon test [suite …] [--deep] [--list] [--build]

Compiles the contracts and runs every suite, or those named, two at a time. --deep fuzzes far longer (npm run test:deep).
--build compiles and ends.
Ends in the line "N passed, N failed".
`;

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly durationMs: number;
}

const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0, durationMs: 0 };

const echo = (text: string): void => void process.stdout.write(text);

/** Reads the closing counts of mocha and of hardhat's Solidity runner, which print them alike. */
function readCounts({ output, exitCode, durationMs }: StepResult): Counts {
  const sum = (word: string): number =>
    [...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    );
  const skipped = sum("pending") + sum("skipped");
  const counts = { passed: sum("passing"), failed: sum("failing"), skipped, durationMs };
  const ranNothing = counts.passed + counts.failed === 0;
  const diedUnseen = exitCode !== 0 && counts.failed === 0;
  return ranNothing || diedUnseen ? { ...counts, failed: counts.failed + 1 } : counts;
}

function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    durationMs: a.durationMs + b.durationMs,
  };
}

function choosePieces(names: readonly string[]): readonly Piece[] {
  const all = listPieces();
  const unknown = names.filter((name) => !all.some(({ suite }) => suite === name));
  if (unknown.length > 0) {
    process.stderr.write(`there is no suite ${unknown.join(", ")}; there are ${listSuites().join(", ")}\n`);
    process.exit(2);
  }
  return names.length === 0 ? all : all.filter(({ suite }) => names.includes(suite));
}

function listSuites(): readonly string[] {
  return [...new Set(listPieces().map(({ suite }) => suite))];
}

/** Runs all of them, the contracts' compilation beside the first. @returns null when the contracts do not compile */
async function runPieces(pieces: readonly Piece[], run: (piece: Piece) => Promise<StepResult>) {
  const suites = new Map<string, Counts>();
  const compiled = Promise.withResolvers<boolean>();
  let isBroken = false;
  await runInLanes([BUILD, ...pieces], AT_ONCE, async (piece) => {
    if (isBroken || (piece.needsContracts && !(await compiled.promise))) return;
    const result = await run(piece);
    if (piece === BUILD) {
      isBroken = result.exitCode !== 0;
      compiled.resolve(!isBroken);
    } else {
      suites.set(piece.suite, add(suites.get(piece.suite) ?? NOTHING, readCounts(result)));
    }
  });
  return isBroken ? null : suites;
}

async function main(pieces: readonly Piece[], isDeep: boolean): Promise<void> {
  const deep = isDeep ? { timeoutMs: DEEP_TIMEOUT_MS } : {};
  const suites = await runPieces(pieces, async (piece) => {
    echo(`-- ${piece.name} begins\n`);
    const env = { ...piece.env, ...(isDeep ? DEEP_ENV : {}) };
    const result = await runStep({ ...piece, ...deep, env });
    // Whole, so that two that run at the same time can be read.
    echo(`\n== ${piece.name}, ${formatSeconds(result.durationMs)}\n${result.output}`);
    return result;
  });
  if (suites === null) {
    echo("\nthe contracts do not compile\n0 passed, 1 failed\n");
    process.exitCode = 1;
    return;
  }
  const lines = [...suites].map(([name, { passed, failed, durationMs }]) => {
    const counts = `${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed`;
    return `${name.padEnd(12)} ${counts}  ${formatSeconds(durationMs)}`;
  });
  echo(`\n${lines.join("\n")}\n\n`);
  const { passed, failed, skipped } = [...suites.values()].reduce(add, NOTHING);
  echo(`${String(passed)} passed, ${String(failed)} failed${skipped > 0 ? `, ${String(skipped)} skipped` : ""}\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** Compiles the contracts and each part of their tests. */
async function build(): Promise<void> {
  await runInLanes([BUILD, ...solidity(["build"])], AT_ONCE, async (step) => {
    if (process.exitCode) return;
    const { exitCode, output } = await runStep(step);
    echo(output);
    if (exitCode !== 0) process.exitCode = exitCode;
  });
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
  echo(USAGE);
} else if (values.list === true) {
  echo(`${listSuites().join("\n")}\n`);
} else if (values.build === true) {
  await build();
} else {
  await main(choosePieces(positionals), values.deep === true);
}
