import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { listSurvivors, type Mutation, readMutations } from "./mutations.ts";
import { formatSeconds, runStep } from "./steps.ts";

const MUTANT_TIMEOUT_MS = 10 * 60_000;
/** What the Solidity tests need of this project; the packages are linked. */
const COPIED = [
  "contracts",
  "test/contracts",
  "test/vectors",
  "test/support",
  "hardhat.config.ts",
  "package.json",
  "remappings.txt",
  "tsconfig.json",
];
/** Compiled already, so that only what a mutation touches is compiled again. */
const WARM = ["artifacts", "cache"];
/** What `./cordon test` has compiled for itself. */
const PARTS = path.join("cache", "parts");

const USAGE = `usage: npm run mutate [-- property …] [--json] [--list]

Changes one rule of the contracts at a time, in a copy, by the few characters that test/mutations/mutations.json names, and
runs the tests that have to notice. Properties: P1 to P13; all unless named. Exit code 1 when a mutation goes unnoticed.
`;

interface Verdict {
  readonly mutation: Mutation;
  /** Tests that had to fail and did not. */
  readonly survivors: readonly string[];
  readonly durationMs: number;
}

function copyProject(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-mutate-"));
  for (const part of [...COPIED, ...WARM]) {
    if (!existsSync(part)) continue;
    const filter = (from: string) => from !== PARTS;
    cpSync(part, path.join(dir, part), { recursive: true, preserveTimestamps: true, filter });
  }
  symlinkSync(path.resolve("node_modules"), path.join(dir, "node_modules"));
  return dir;
}

async function tryMutation(dir: string, mutation: Mutation): Promise<Verdict> {
  const file = path.join(dir, mutation.file);
  const original = readFileSync(file, "utf8");
  const parts = original.split(mutation.from);
  if (parts.length !== 2) {
    throw new RangeError(`${mutation.file} holds ${JSON.stringify(mutation.from)} ${parts.length - 1} times, not once`);
  }
  writeFileSync(file, parts.join(mutation.to));
  try {
    const { output, durationMs } = await runStep({
      name: mutation.property,
      command: "hardhat",
      args: ["test", "solidity", ...mutation.tests],
      cwd: dir,
      timeoutMs: MUTANT_TIMEOUT_MS,
    });
    return { mutation, survivors: listSurvivors(mutation, output), durationMs };
  } finally {
    writeFileSync(file, original);
  }
}

function report({ mutation, survivors, durationMs }: Verdict): void {
  const change = `${mutation.file}: ${mutation.from.trim()} -> ${mutation.to.trim()}`;
  const outcome = survivors.length === 0 ? "caught  " : "SURVIVED";
  process.stdout.write(`${outcome}  ${mutation.property.padEnd(4)} ${change}  ${formatSeconds(durationMs)}\n`);
  for (const survivor of survivors) process.stdout.write(`          not noticed by ${survivor}\n`);
}

async function main(mutations: readonly Mutation[], isJson: boolean): Promise<void> {
  const dir = copyProject();
  const verdicts: Verdict[] = [];
  try {
    for (const mutation of mutations) {
      const verdict = await tryMutation(dir, mutation);
      verdicts.push(verdict);
      if (!isJson) report(verdict);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const survived = verdicts.filter(({ survivors }) => survivors.length > 0).length;
  process.stdout.write(
    isJson ? `${JSON.stringify(verdicts)}\n` : `${verdicts.length - survived} caught, ${survived} survived\n`,
  );
  process.exitCode = survived === 0 ? 0 : 1;
}

const { values, positionals } = parseArgs({
  options: { json: { type: "boolean" }, list: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  allowPositionals: true,
});
const all = readMutations();
const unknown = positionals.filter((name) => !all.some(({ property }) => property === name));
const chosen = positionals.length === 0 ? all : all.filter(({ property }) => positionals.includes(property));
if (values.help === true) {
  process.stdout.write(USAGE);
} else if (unknown.length > 0) {
  process.stderr.write(`there is no mutation of ${unknown.join(", ")}; see --list\n`);
  process.exitCode = 2;
} else if (values.list === true) {
  for (const { property, file, from, to } of chosen) process.stdout.write(`${property} ${file}: ${from} -> ${to}\n`);
} else {
  await main(chosen, values.json === true);
}
