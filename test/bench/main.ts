import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import hre from "hardhat";

import { SNAPSHOT_FILE, snapshotOf } from "./gas-snapshot.ts";
import { GROUPS } from "./groups.ts";
import type { Measurement } from "./measurement.ts";
import { printTable } from "./print-table.ts";

const USAGE_EXIT_CODE = 2;

const USAGE = `usage: npm run bench -- [name …] [--json] [--snapshot]

Measures everything, or what is named, against the least that it could be and what others pay, in one run.
--json prints one object a line: bench, unit, value, floor, peers. --snapshot writes the gas figures to
test/snapshots/gas.json as well. Names: ${GROUPS.flatMap(({ names }) => names).join(", ")}.
`;

async function measure(wanted: ReadonlySet<string>): Promise<Measurement[]> {
  const measured: Measurement[] = [];
  for (const group of GROUPS) {
    if (!group.names.some((name) => wanted.has(name))) continue;
    measured.push(...(await group.measure(wanted)).filter(({ bench }) => wanted.has(bench)));
  }
  return measured;
}

function readArguments() {
  try {
    const options = {
      json: { type: "boolean" },
      snapshot: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const known = GROUPS.flatMap(({ names }) => names);
    const unknown = positionals.filter((name) => !known.includes(name));
    if (unknown.length > 0)
      throw new RangeError(`there is no bench ${unknown.join(", ")}; there are ${known.join(", ")}`);
    return { ...values, names: new Set(positionals.length === 0 ? known : positionals) };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

async function main({ json, snapshot, help, names }: NonNullable<ReturnType<typeof readArguments>>): Promise<void> {
  if (help === true) return void process.stdout.write(USAGE);
  // Does nothing when the contracts are as they were compiled.
  await hre.tasks.getTask("build").run({ quiet: true });
  const measured = await measure(names);
  if (json === true) process.stdout.write(measured.map((measurement) => `${JSON.stringify(measurement)}\n`).join(""));
  else process.stdout.write(printTable(measured));
  if (snapshot === true) await writeFile(SNAPSHOT_FILE, snapshotOf(measured));
}

const parsed = readArguments();
if (parsed === null) process.exitCode = USAGE_EXIT_CODE;
else await main(parsed);
