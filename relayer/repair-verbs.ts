import { join } from "node:path";

import { systemClock } from "./adapters/clock/system-clock.ts";
import { createEvmChain } from "./adapters/evm/evm-chain.ts";
import { createFileGuards } from "./adapters/disk/file-guards.ts";
import { createFilePurses } from "./adapters/disk/file-purses.ts";
import { createBullQueue } from "./adapters/queue/bull-queue.ts";
import type { RedisTarget } from "./adapters/queue/connect-redis.ts";
import { acknowledge, parseAck } from "./cli/ack.ts";
import { checkQueue } from "./cli/check.ts";
import { parseRescan, rescan } from "./cli/rescan.ts";
import { parseRetry, retry } from "./cli/retry.ts";
import { type Config, loadConfig } from "./config.ts";
import { RelayerError } from "./errors.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit-code.ts";
import { createLog } from "./log.ts";
import type { GuardStore } from "./ports/guards.ts";
import type { PurseStore } from "./ports/purses.ts";
import { hostOf } from "./redaction.ts";
import { forgetCheckpoints } from "./chain-checkpoints.ts";

/** The verbs that a person uses when something is wrong. They build what they need, and decide nothing. */
export const REPAIR_VERBS: Readonly<Record<string, (args: readonly string[]) => Promise<ExitCode>>> = {
  ack: (args) => runAck(args).catch(explain),
  retry: (args) => runRetry(args).catch(explain),
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

/** Beside it: what errands have cost today. */
export function createPurses({ journal }: Config): PurseStore {
  return createFilePurses({ file: join(journal.dir, "purses.json") });
}

export function redisTargetOf({ kind, urls, name }: Config["redis"]): RedisTarget {
  const revealed = urls.map((url) => url.reveal());
  if (kind === "server") return { kind, url: revealed[0] ?? "" };
  return kind === "sentinels" ? { kind, urls: revealed, name } : { kind, urls: revealed };
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
  const print = printer();
  const code = await rescan(endpoints, asked, { print, signal: new AbortController().signal });
  // Whoever asks for this doubts what was read: a relayer that runs notices, and one that starts begins with nothing.
  const taken = await forgetCheckpoints(config, chain);
  if (taken > 0) print.out(`${taken} checkpoints of ${chain.name} taken away: its histories are read anew\n`);
  return code;
}

/** The verb `ack`. */
async function runAck(args: readonly string[]): Promise<ExitCode> {
  const print = printer();
  const asked = parseAck(args, print);
  if (typeof asked === "number") return asked;
  const { config } = await loadConfig(asked.configFile, process.env);
  return acknowledge(createGuards(config), asked, print);
}

/** The verb `retry`: the relayer's queue without its workers. Whoever runs takes the jobs up. */
async function runRetry(args: readonly string[]): Promise<ExitCode> {
  const print = printer();
  const asked = parseRetry(args, print);
  if (typeof asked === "number") return asked;
  const { config, secrets } = await loadConfig(asked.configFile, process.env);
  const queue = createBullQueue({
    redis: redisTargetOf(config.redis),
    prefix: config.redis.prefix,
    destinations: config.chains.map(({ eid }) => eid),
    log: createLog({ relayer: config.name, level: "silent", secrets }),
    onHalt: () => undefined,
  });
  try {
    const error = await checkQueue({ queue, clock: systemClock, signal: new AbortController().signal });
    if (error !== null) throw error;
    return await retry(queue, asked, print);
  } finally {
    await queue.close();
  }
}
