import { join } from "node:path";

import { systemClock } from "./adapters/clock/system-clock.ts";
import { createEvmChain } from "./adapters/evm/evm-chain.ts";
import { createFileGuards } from "./adapters/guards/file-guards.ts";
import { acknowledge, parseAck } from "./cli/ack.ts";
import { parseRescan, rescan } from "./cli/rescan.ts";
import { type Config, loadConfig } from "./config.ts";
import { RelayerError } from "./errors.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit-code.ts";
import type { GuardStore } from "./ports/guards.ts";
import { hostOf } from "./redaction.ts";

/** The verbs that a person uses when something is wrong. They build what they need, and decide nothing. */
export const REPAIR_VERBS: Readonly<Record<string, (args: readonly string[]) => Promise<ExitCode>>> = {
  ack: (args) => runAck(args).catch(explain),
  rescan: (args) => runRescan(args).catch(explain),
};

function explain(error: unknown): ExitCode {
  const known = RelayerError.from(error);
  process.stderr.write(`${known.code} ${known.message}\n`);
  return exitCodeOf(known);
}

/** Beside the journal: the one file of that directory that a person has to look at before it is deleted. */
export function createGuards({ journal }: Config): GuardStore {
  return createFileGuards({ file: join(journal.dir, "guards.json"), nowMs: () => systemClock.nowMs() });
}

function printer() {
  return {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
  };
}

/** The verb `rescan`: a chain for each endpoint, so that none takes the place of another. */
async function runRescan(args: readonly string[]): Promise<ExitCode> {
  const asked = parseRescan(args, printer());
  if (typeof asked === "number") return asked;
  const { config } = await loadConfig(asked.configFile, process.env);
  const chain = config.chains.find(({ name }) => name === asked.chain);
  if (chain === undefined) {
    process.stderr.write(
      `there is no chain ${asked.chain}; there are ${config.chains.map(({ name }) => name).join(", ")}\n`,
    );
    return EXIT.usage;
  }
  const endpoints = chain.rpcUrls.map((url) => ({
    host: hostOf(url.reveal()),
    chain: createEvmChain({
      ...chain,
      ...{ meshId: config.meshId, rpcUrls: [url.reveal()], wsUrl: null, walletKey: null, operators: [] },
    }),
    maxLogRange: chain.maxLogRange,
  }));
  return rescan(endpoints, asked, { print: printer(), signal: new AbortController().signal });
}

/** The verb `ack`. */
async function runAck(args: readonly string[]): Promise<ExitCode> {
  const print = printer();
  const asked = parseAck(args, print);
  if (typeof asked === "number") return asked;
  const { config } = await loadConfig(asked.configFile, process.env);
  return acknowledge(createGuards(config), asked, print);
}
