import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import hre from "hardhat";

import { gasBenches, measureGas } from "./gas/group.ts";
import { SNAPSHOT_FILE, snapshotOf } from "./gas-snapshot.ts";
import { GROUPS } from "./groups.ts";
import { printHead, printLine } from "./print-table.ts";

const NAMES = GROUPS.flatMap(({ names }) => names);
const USAGE_EXIT_CODE = 2;
const USAGE = `usage: npm run bench -- [name …] [--json]
       npm run bench -- --snapshot

Measures everything, or what is named, against the least that it could be and what others pay, in one run.
--json prints one object a line: bench, unit, value, floor, peers. --snapshot writes the gas figures to
test/snapshots/gas.json, for review.

names: ${NAMES.join(", ")}
`;

interface Request {
  readonly kind: "help" | "snapshot" | "measure";
  readonly asJson: boolean;
  readonly wanted: ReadonlySet<string>;
}

/** @returns what is wrong with the command line, or what it asks for. */
function readRequest(): Request | string {
  const options = {
    json: { type: "boolean", default: false },
    snapshot: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const unknown = positionals.filter((name) => !NAMES.includes(name));
    if (unknown.length > 0) return `there is no bench ${unknown.join(", ")}; there are ${NAMES.join(", ")}`;
    if (values.snapshot && positionals.length > 0) return "--snapshot takes no names: it holds every gas figure";
    const kind = values.help ? "help" : values.snapshot ? "snapshot" : "measure";
    return { kind, asJson: values.json, wanted: new Set(positionals.length === 0 ? NAMES : positionals) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Prints each group of figures as soon as it is there. */
async function measure({ asJson, wanted }: Request): Promise<void> {
  if (!asJson) process.stdout.write(printHead());
  for (const group of GROUPS) {
    if (!group.names.some((name) => wanted.has(name))) continue;
    for (const measurement of await group.measure(wanted)) {
      if (!wanted.has(measurement.bench)) continue;
      process.stdout.write(asJson ? `${JSON.stringify(measurement)}\n` : printLine(measurement));
    }
  }
}

async function run(request: Request): Promise<void> {
  if (request.kind === "help") {
    process.stdout.write(USAGE);
    return;
  }
  // Does nothing when the contracts are as they were compiled.
  await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
  if (request.kind === "measure") return measure(request);
  await writeFile(SNAPSHOT_FILE, snapshotOf(await measureGas(new Set(gasBenches.names), false)));
  process.stdout.write("wrote test/snapshots/gas.json\n");
}

const request = readRequest();
if (typeof request === "string") {
  process.stderr.write(`${request}\n`);
  process.exitCode = USAGE_EXIT_CODE;
} else {
  await run(request);
}
