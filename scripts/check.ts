import { parseArgs } from "node:util";

import { formatSeconds, runInLanes, runStep, type Step, type StepResult } from "./steps.ts";

const STEP_TIMEOUT_MS = 240_000;
/** Two cores on the smallest machine that has to pass this. */
const AT_ONCE = 2;

const USAGE = `usage: ./cordon check [--fix]

Format, lint, types, layers, unused code, spelling, sizes. With --fix, mends format and what lint can mend.
`;

function step(name: string, command: string, ...args: string[]): Step {
  return { name, command, args, timeoutMs: STEP_TIMEOUT_MS };
}

const CHECKS: readonly Step[] = [
  step("types", "tsc", "--noEmit", "-p", "tsconfig.json"),
  step("lint", "eslint", "."),
  step("format", "prettier", "--check", "--log-level", "warn", "."),
  step("solidity lint", "solhint", "--noPoster", "contracts/**/*.sol"),
  step(
    "layers",
    "depcruise",
    "--config",
    ".dependency-cruiser.cjs",
    "relayer",
    "localnet",
    "deployments",
    "scripts",
    "test",
  ),
  step("unused", "knip"),
  step("spelling", "cspell", "--no-progress", "--no-summary", "--gitignore", "."),
  step("sizes", "node", "scripts/check-sizes.ts"),
  step("docs", "node", "scripts/generate-docs.ts", "--check"),
];

const FIXES: readonly Step[] = [
  step("format", "prettier", "--write", "--log-level", "warn", "."),
  step("lint", "eslint", "--fix", "."),
];

function report({ step: { name }, exitCode, output, durationMs }: StepResult): void {
  process.stdout.write(`${exitCode === 0 ? "ok    " : "FAILED"}  ${name.padEnd(14)} ${formatSeconds(durationMs)}\n`);
  if (exitCode !== 0) process.stdout.write(`${output.trim()}\n\n`);
}

async function runAll(steps: readonly Step[], atOnce: number): Promise<number> {
  let failed = 0;
  await runInLanes(steps, atOnce, async (each) => {
    const result = await runStep(each);
    if (result.exitCode !== 0) failed += 1;
    report(result);
  });
  return failed;
}

const { values } = parseArgs({ options: { fix: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
if (values.help === true) {
  process.stdout.write(USAGE);
} else {
  const failed = values.fix === true ? await runAll(FIXES, 1) : await runAll(CHECKS, AT_ONCE);
  process.exitCode = failed === 0 ? 0 : 1;
}
