import { Command, CommanderError, InvalidArgumentError } from "commander";
import path from "node:path";

import { writeConnections } from "../deployments/connections.ts";
import { type ChainRecord, addressOf } from "../deployments/network-record.ts";
import { SetupError, describeCause } from "../deployments/setup-error.ts";
import { roleWallet } from "./chains/accounts.ts";
import { isMessagingFault, listFaults, parseFaultName } from "./faults/fault-names.ts";
import type { MessagingFaultName } from "./faults/fault-names.ts";
import { PROJECT_ROOT } from "./project-root.ts";
import { type Localnet, MAX_CHAINS, MIN_CHAINS, startLocalnet } from "./start-localnet.ts";

interface Options {
  readonly chains: number;
  readonly relayers: number;
  readonly fault: readonly string[];
  readonly seed: number;
  readonly blockTime: number;
  readonly rpcPort?: number;
  readonly keep: boolean;
  readonly json: boolean;
}

const USAGE_EXIT = 2;
const FATAL_EXIT = 1;
const RECORD_FILE = path.join(PROJECT_ROOT, "deployments", "records", "local.json");
const KEPT_DIR = path.join(PROJECT_ROOT, ".local");

/** Progress goes beside the result, so that `--json` leaves one object on standard output. */
const progress = (line: string) => process.stderr.write(`${line}\n`);

function readOptions(argv: readonly string[]): Options {
  const collect = (name: string, names: readonly string[]) => [...names, name];
  const command = new Command("localnet")
    .description("Starts chains with the real LayerZero and Cordon on each, Redis, and relayers; runs until Ctrl-C.")
    .option("--chains <n>", `chains, ${MIN_CHAINS} to ${MAX_CHAINS}`, readWhole, 3)
    .option("--relayers <n>", "relayers, 0 to 3", readWhole, 1)
    .option("--fault <name>", "a messaging fault, repeatable; `list` prints them", collect, [])
    .option("--seed <n>", "what the faults are drawn from", readWhole, 1)
    .option("--block-time <seconds>", "a block every so many seconds; 0: one for each transaction", readWhole, 1)
    .option("--rpc-port <port>", "RPC ports from here on, one a chain; free ones unless given", readPort)
    .option("--keep", "keep state and logs under .local/", false)
    .option("--json", "print one JSON object instead of a table", false)
    .exitOverride();
  command.parse([...argv], { from: "user" });
  return command.opts<Options>();
}

function readWhole(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
}

function readPort(text: string): number {
  const port = readWhole(text);
  if (port >= 1_024 && port <= 65_535 - MAX_CHAINS) return port;
  throw new InvalidArgumentError(`It must be a port from 1024 to ${65_535 - MAX_CHAINS}.`);
}

function readFaults(names: readonly string[]): MessagingFaultName[] {
  return names.map((text) => {
    const name = parseFaultName(text);
    if (isMessagingFault(name)) return name;
    const problem = `The fault "${name}" is done at a moment of an incident, and here there is none.`;
    throw new SetupError("usage", problem, { fix: `Try \`./cordon demo --fault ${name}\`.` });
  });
}

async function run(options: Options): Promise<void> {
  const { chains, relayers, seed, rpcPort } = options;
  const localnet = await startLocalnet({
    chains,
    relayers,
    seed,
    faults: readFaults(options.fault),
    blockTimeSeconds: options.blockTime,
    recordFile: RECORD_FILE,
    log: progress,
    interruptExitCode: 0,
    ...(rpcPort === undefined ? {} : { rpcPort }),
    ...(options.keep ? { dir: path.join(KEPT_DIR, `localnet-${Date.now()}`) } : {}),
  });
  writeConnections(RECORD_FILE, {
    deployerKey: plain(roleWallet("deployer").privateKey),
    chains: Object.fromEntries(localnet.chains.map(({ name, rpcUrl }) => [name, plain(rpcUrl)])),
  });
  process.stdout.write(options.json ? `${JSON.stringify(describe(localnet))}\n` : print(localnet));
}

/** Nothing secret: a key that everybody knows, and addresses of this machine. */
function plain(value: string) {
  return { type: "plain" as const, value };
}

function describe(localnet: Localnet) {
  const { redis, relayers, record, dir } = localnet;
  return {
    dir,
    record: RECORD_FILE,
    meshId: record.meshId,
    // A given one may carry a password.
    redis: redis.isPrivate ? redis.url : new URL(redis.url).host,
    chains: localnet.chains.map(({ name, eid, chainId, rpcUrl, wsUrl }, index) => {
      return { name, eid, chainId, rpcUrl, wsUrl, hub: hubOf(record.chains[index]) };
    }),
    relayers: relayers.map(({ name, url }) => ({ name, url: url ?? null })),
  };
}

function print(localnet: Localnet): string {
  const { chains, relayers, redis, dir } = describe(localnet);
  const rows = chains.map(({ name, eid, chainId, rpcUrl, hub }) => [name, String(eid), String(chainId), rpcUrl, hub]);
  const lines = [
    "",
    ...table([["chain", "eid", "chain id", "rpc", "hub"], ...rows]),
    "",
    `redis      ${redis}`,
    ...relayers.map(({ name, url }) => `${name}  ${url}/metrics  ${url}/status`),
    `logs       ${dir}`,
    `record     ${RECORD_FILE}`,
    "",
    "Ctrl-C stops all of it.",
    "",
  ];
  return lines.join("\n");
}

function hubOf(chain: ChainRecord | undefined): string {
  return chain ? addressOf(chain, "IncidentHub") : "";
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** One message, and the exit code that says of what kind it is. */
function fail(error: unknown): never {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : USAGE_EXIT);
  const message = error instanceof SetupError ? error.message : `Unexpected: ${describeCause(error)}`;
  process.stderr.write(`error: ${message}\n`);
  process.exit(error instanceof SetupError ? error.exitCode : FATAL_EXIT);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.fault.includes("list")) process.stdout.write(`${listFaults().join("\n")}\n`);
  else await run(options);
} catch (error) {
  fail(error);
}
