import { createEvmChain } from "./adapters/evm/evm-chain.ts";
import { createEvmVenue } from "./adapters/evm/venue/evm-venue.ts";
import { keccakHasher } from "./adapters/evm/hasher.ts";
import { createFileJournal } from "./adapters/journal/file-journal.ts";
import { convergenceVerb } from "./cli/convergence.ts";
import { diffVerb } from "./cli/diff.ts";
import type { Printer } from "./cli/options.ts";
import { createAskPage } from "./cli/pages.ts";
import { queryVerb } from "./cli/query.ts";
import { replayVerb } from "./cli/replay.ts";
import { statusVerb } from "./cli/status.ts";
import type { Verb } from "./cli/verb.ts";
import { verifyVerb, type VerifyWorld } from "./cli/verify.ts";
import { type Config, loadConfig } from "./config.ts";
import { RelayerError } from "./errors.ts";
import { type ExitCode, exitCodeOf } from "./exit-code.ts";
import type { Hex } from "./domain/hex.ts";

/** The composition root of the operators' verbs: what each needs, built when it is asked for. */

const DEFAULT_URL = "http://127.0.0.1:8080";

/** By name. One line a verb. */
const VERBS: Readonly<Record<string, Verb>> = {
  status: statusVerb(pagesOf),
  diff: diffVerb(pagesOf),
  query: queryVerb(pagesOf),
  convergence: convergenceVerb(pagesOf),
  replay: replayVerb({ openJournal, hasher: keccakHasher }),
  verify: verifyVerb({ open: openWorld, hasher: keccakHasher }),
};

/** Runs a verb, or null when `args` do not begin with one. */
export async function runVerb(args: readonly string[], print: Printer): Promise<ExitCode | null> {
  const [name = "", ...rest] = args;
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb === undefined) return null;
  try {
    return await verb(rest, print);
  } catch (error) {
    const known = RelayerError.from(error);
    print.err(`${known.code} ${known.message}\n`);
    return exitCodeOf(known);
  }
}

/** Where the relayer's pages are: as said, or as its configuration says. */
async function pagesOf(options: Readonly<Record<string, unknown>>) {
  const { url, config: file } = options;
  if (typeof url === "string") return createAskPage(url);
  if (typeof file !== "string") return createAskPage(DEFAULT_URL);
  const { config } = await loadConfig(file, process.env);
  const { host, port } = config.server;
  return createAskPage(`http://${host.includes(":") ? `[${host}]` : host}:${port}`);
}

async function openJournal(file: string) {
  const { config } = await loadConfig(file, process.env);
  return createFileJournal(config.journal);
}

async function openWorld(file: string): Promise<VerifyWorld> {
  const { config } = await loadConfig(file, process.env);
  const journal = createFileJournal(config.journal);
  const closers: (() => Promise<void>)[] = [() => journal.close()];
  return {
    rules: config.policy,
    journal,
    connect(operators, rpc) {
      const { chains, venues } = connectAll(config, { operators, rpc });
      closers.push(...[...chains, ...venues.map(({ venue }) => venue)].map((it) => () => it.close()));
      return {
        chains: new Map(chains.map((chain) => [chain.eid, chain])),
        venues: new Map(venues.map((watch) => [watch.venue.eid, watch])),
        hasher: keccakHasher,
        signal: new AbortController().signal,
      };
    },
    close: async () => void (await Promise.all(closers.map((close) => close()))),
  };
}

function connectAll(
  { chains, meshId }: Config,
  { operators, rpc }: { operators: readonly Hex[]; rpc: ReadonlyMap<number, string> },
) {
  const options = chains.map((chain) => {
    const other = rpc.get(chain.eid);
    return { ...chain, meshId, rpcUrls: other === undefined ? chain.rpcUrls.map((url) => url.reveal()) : [other] };
  });
  return {
    chains: options.map((chain) => createEvmChain({ ...chain, wsUrl: null, walletKey: null, operators })),
    venues: options.flatMap(({ venue, maxLogRange, ...chain }) => {
      if (venue === null) return [];
      const { accountsChecked, recheckSeconds } = venue;
      const reader = createEvmVenue({ ...chain, venue, maxLogRange });
      return [{ venue: reader, maxLogRange, accountsChecked, recheckSeconds }];
    }),
  };
}
