import { join } from "node:path";

import { systemClock } from "./adapters/clock/system-clock.ts";
import { createDirectiveSigner } from "./adapters/evm/directive-signer.ts";
import { createEvmChain, type EvmChain } from "./adapters/evm/evm-chain.ts";
import { createEvmFunds } from "./adapters/evm/evm-funds.ts";
import { createEvmVenue } from "./adapters/evm/venue/evm-venue.ts";
import { ethersHasher } from "./adapters/evm/hasher.ts";
import { addressOfKey, createIdentity } from "./adapters/evm/identity.ts";
import { createFileHints, type FileHints } from "./adapters/hints/file-hints.ts";
import { type HttpServer, startHttpServer } from "./adapters/http/server.ts";
import { createFileJournal } from "./adapters/journal/file-journal.ts";
import { createPromMetrics, type PromMetrics } from "./adapters/metrics/prom-metrics.ts";
import { startHttpCoSigners } from "./adapters/peers/http-co-signers.ts";
import { createBullQueue } from "./adapters/queue/bull-queue.ts";
import { Lifecycle } from "./app/lifecycle.ts";
import type { Fleet } from "./app/quorum/fleet.ts";
import type { HousekeepingOptions } from "./app/housekeeping/housekeeping.ts";
import { startRelayer } from "./app/relayer.ts";
import type { VenueWatch } from "./app/risk/watch-venue.ts";
import { listGuards } from "./cli/ack.ts";
import { checkSurroundings } from "./cli/check.ts";
import { exitCodeOfResults, printResults } from "./cli/check-report.ts";
import { parseOptions, PROCESS } from "./cli/options.ts";
import { type ChainConfig, type Config, type LoadedConfig, loadConfig } from "./config.ts";
import { errandPolicyOf } from "./config/errand-policy.ts";
import type { Hex } from "./domain/hex.ts";
import { RelayerError, describeError } from "./errors.ts";
import { EXIT, type ExitCode, exitCodeOf } from "./exit-code.ts";
import { createLog } from "./log.ts";
import type { FundsReader } from "./ports/funds.ts";
import type { Log } from "./ports/log.ts";
import type { ActionQueue } from "./ports/queue.ts";
import type { DirectiveSigner } from "./ports/signer.ts";
import type { RelayerStatus } from "./ports/status.ts";
import { createGuards, redisTargetOf, REPAIR_VERBS } from "./repair-verbs.ts";
import { runVerb } from "./verbs.ts";

/** The composition root: the one file that knows every adapter. No decisions are taken here. */

const VERSION = "0.1.0";
/** What has not stopped by then is left behind. */
const STOP_LIMIT_MS = 20_000;
const READY_POLL_MS = 50;

interface Parts {
  readonly config: Config;
  readonly log: Log;
  readonly life: Lifecycle;
  readonly signer: DirectiveSigner;
  readonly queue: ActionQueue;
  readonly metrics: PromMetrics;
  readonly feeds: readonly EvmFeed[];
  readonly venues: readonly VenueWatch[];
  readonly funds: readonly FundsReader[];
}

/** A chain, and how often and how far it is read. */
interface EvmFeed extends Pick<
  ChainConfig,
  "pollMs" | "maxLogRange" | "startBlock" | "keeping" | "quorum" | "finalityStallSeconds"
> {
  readonly chain: EvmChain;
}

const repair = REPAIR_VERBS[process.argv[2] ?? ""];
if (repair !== undefined) process.exit(await repair(process.argv.slice(3)));
const ended = await runVerb(process.argv.slice(2), PROCESS);
if (ended !== null) process.exit(ended);

const invocation = parseOptions(process.argv.slice(2));
if (invocation.kind === "end") process.exit(invocation.code);

const loaded = await loadConfig(invocation.configFile, process.env).catch(giveUp);
if (invocation.kind === "check") await check(loaded);
else await run(loaded);

/** Starts everything, and leaves it running. */
async function run({ config, warnings, secrets }: LoadedConfig): Promise<void> {
  const log = createLog({ relayer: config.name, level: config.logLevel, secrets });
  const life = new Lifecycle(log, systemClock);
  const end = createEnd(log, life);
  process.once("SIGTERM", () => end(EXIT.fine));
  process.once("SIGINT", () => end(EXIT.fine));
  process.on("uncaughtException", (err) => {
    log.fatal({ err }, "uncaught exception");
    end(EXIT.fatal);
  });
  for (const warning of warnings) log.warn({ warning }, "configuration warning");

  const onHalt = (err: RelayerError): void => {
    log.fatal({ err }, "relayer halts: going on would do harm");
    end(exitCodeOf(err));
  };
  try {
    const parts = buildParts({ config, log, life, onHalt });
    let status: RelayerStatus | null = null;
    const server = await startServer(parts, () => status);
    const reachable = await verifyChains(parts);
    const fleet = await startQuorum(parts);
    status = start(parts, fleet, onHalt);
    await announce(parts, { server, status, reachable });
  } catch (error) {
    if (life.signal.aborted) return;
    const err = RelayerError.from(error);
    log.fatal({ err }, "relayer not started");
    process.stderr.write(`${err.code} ${err.message}\n`);
    end(exitCodeOf(err));
  }
}

/** Looks at everything, prints what it found, and ends. */
async function check({ config, warnings, secrets }: LoadedConfig): Promise<never> {
  const log = createLog({ relayer: config.name, level: "silent", secrets });
  const life = new Lifecycle(log, systemClock);
  const { feeds, signer, queue } = buildParts({ config, log, life, onHalt: () => undefined });
  const chains = feeds.map(({ chain }) => chain);
  const options = { chains, operators: signer.operators, queue, clock: systemClock, signal: life.signal };
  const results = [{ what: "configuration", error: null }, ...(await checkSurroundings(options))];
  for (const { what, text } of await listGuards(createGuards(config))) {
    results.push({ what, error: new RelayerError("BEYOND_FINALITY", text) });
  }
  process.stdout.write(printResults(results));
  for (const warning of warnings) process.stdout.write(`warning: ${warning}\n`);
  await life.stop();
  process.exit(exitCodeOfResults(results));
}

interface Surroundings {
  readonly config: Config;
  readonly log: Log;
  readonly life: Lifecycle;
  readonly onHalt: (error: RelayerError) => void;
}

function buildParts({ config, log, life, onHalt }: Surroundings): Parts {
  const { redis } = config;
  const destinations = config.chains.map(({ eid }) => eid);
  const queueOptions = { redis: redisTargetOf(redis), prefix: redis.prefix, destinations, log, onHalt };
  const queue = life.add("queue", createBullQueue(queueOptions), (it) => it.close());
  const metrics = createPromMetrics({
    relayer: config.name,
    version: VERSION,
    nowMs: () => systemClock.nowMs(),
    readQueue: () => queue.counts().catch(() => null),
  });
  const signer = buildSigner(config);
  const hintFile = join(config.journal.dir, "hints.json");
  const hints = life.add("hints", createFileHints({ file: hintFile, log }), (it) => it.close());
  const feeds = config.chains.map((chain) => ({
    ...chain,
    chain: life.add(`chain ${chain.name}`, buildChain(chain, { config, signer, metrics, hints }), (it) => it.close()),
  }));
  const venues = config.chains.flatMap((chain) => buildVenue(chain, { config, life, metrics, hints }));
  const funds = config.chains.flatMap((chain) => buildFunds(chain, config, life));
  return { config, log, life, signer, queue, metrics, feeds, venues, funds };
}

function buildFunds(chain: ChainConfig, { meshId, wallet }: Config, life: Lifecycle): readonly FundsReader[] {
  if (wallet === null) return [];
  const rpcUrls = chain.rpcUrls.map((url) => url.reveal());
  const reader = createEvmFunds({ ...chain, meshId, rpcUrls, walletKey: wallet.reveal() });
  return [life.add(`funds ${chain.name}`, reader, (it) => it.close())];
}

/** A shadow decides in the name of others and never signs. */
function buildSigner({ meshId, mode, operatorKeys, shadowOperators }: Config): DirectiveSigner {
  if (mode !== "shadow") {
    return createDirectiveSigner(
      meshId,
      operatorKeys.map((key) => key.reveal()),
    );
  }
  const refuse = () => Promise.reject(new RelayerError("WALLET_MISSING", "a shadow signs nothing"));
  return { operators: [...shadowOperators].sort(), sign: refuse };
}

function buildVenue(
  chain: ChainConfig,
  { config, life, metrics, hints }: Pick<Parts, "config" | "life" | "metrics"> & { readonly hints: FileHints },
): readonly VenueWatch[] {
  const { venue, maxLogRange } = chain;
  if (venue === null) return [];
  const reader = createEvmVenue({
    ...chain,
    venue,
    meshId: config.meshId,
    rpcUrls: chain.rpcUrls.map((url) => url.reveal()),
    onRequest: (method, status) => metrics.rpcRequested(chain.name, method, status),
    hints: hints.of(chain.name),
  });
  const { accountsChecked, recheckSeconds } = venue;
  const added = life.add(`venue ${chain.name}`, reader, (it) => it.close());
  return [{ venue: added, maxLogRange, accountsChecked, recheckSeconds }];
}

function buildChain(
  chain: ChainConfig,
  { config, signer, metrics, hints }: Pick<Parts, "config" | "signer" | "metrics"> & { readonly hints: FileHints },
): EvmChain {
  return createEvmChain({
    ...chain,
    meshId: config.meshId,
    rpcUrls: chain.rpcUrls.map((url) => url.reveal()),
    wsUrl: chain.wsUrl?.reveal() ?? null,
    walletKey: config.wallet?.reveal() ?? null,
    keeper:
      config.keeping === null
        ? null
        : { walletKey: config.keeping.wallet.reveal(), treasury: chain.keeping.treasury ?? null },
    operators: fleetOf(config, signer),
    settings: chain.txmgr,
    onReplaced: (why) => metrics.replaced(chain.name, why),
    onRequest: (method, status) => metrics.rpcRequested(chain.name, method, status),
    hints: hints.of(chain.name),
  });
}

async function startServer({ config, life, metrics }: Parts, status: () => RelayerStatus | null): Promise<HttpServer> {
  return life.add("http", await startHttpServer({ ...config.server, status, metrics }), (it) => it.close());
}

/**
 * A wrong chain stops the start; a node that is away does not, unless nobody at all can be reached.
 *
 * @returns names of the chains that answered
 */
async function verifyChains({ feeds, life, log }: Parts): Promise<readonly string[]> {
  const checks = await Promise.all(
    feeds.map(async ({ chain }) => ({ name: chain.name, nodes: await chain.verify(life.signal) })),
  );
  const failures = checks.flatMap(({ name, nodes }) =>
    nodes.flatMap(({ error }) => (error === null ? [] : [{ name, error }])),
  );
  const messages = (of: typeof failures) => of.map(({ name, error }) => `${name}: ${error.message}`).join("\n");

  const wrong = failures.filter(({ error }) => error.fate === "halt");
  if (wrong[0] !== undefined) throw new RelayerError(wrong[0].error.name, messages(wrong));
  const reachable = checks.filter(({ nodes }) => nodes.some(({ error }) => error === null)).map(({ name }) => name);
  if (reachable.length === 0) {
    throw new RelayerError("RPC_UNAVAILABLE", `no chain can be reached; check rpcUrls\n${messages(failures)}`);
  }
  for (const { name, error } of failures) log.warn({ chain: name, err: error }, "node not usable yet");
  return reachable;
}

/** Operator accounts that this node plans with: its own, and its peers'. */
function fleetOf({ quorum }: Config, { operators }: DirectiveSigner): readonly Hex[] {
  return [...operators, ...(quorum?.peers ?? []).map(({ operator }) => operator)].sort();
}

/** Begins to listen for peers. Null where there are none. */
async function startQuorum({ config, signer, life, metrics, log }: Parts): Promise<Fleet | null> {
  const { quorum, wallet, operatorKeys } = config;
  const [key] = operatorKeys;
  if (quorum === null || wallet === null || key === undefined) return null;
  const identity = createIdentity(config.meshId, key.reveal());
  const ownWallet = addressOfKey(wallet.reveal());
  const coSigners = await startHttpCoSigners({
    ...quorum,
    peers: quorum.peers.map((peer) => ({ ...peer, url: peer.url.reveal() })),
    identity,
    wallet: ownWallet,
    nowMs: () => systemClock.nowMs(),
    onDenied(peer, error) {
      metrics.failed(`peer:${peer}`, error.code);
      log.warn({ peer, err: describeError(error) }, "request of a peer turned away");
    },
  });
  life.add("quorum", coSigners, (it) => it.close());
  return {
    self: identity.operator,
    wallet: ownWallet,
    operators: fleetOf(config, signer),
    coSigners,
    signs: quorum.signs,
    backupDelayMs: quorum.backupDelaySeconds * 1_000,
  };
}

function start(parts: Parts, fleet: Fleet | null, onHalt: Surroundings["onHalt"]): RelayerStatus {
  const { config, life } = parts;
  const journal = life.add("journal", createFileJournal(config.journal), (it) => it.close());
  const guards = createGuards(config);
  const ports = { ...parts, fleet, journal, guards, clock: systemClock, hasher: ethersHasher };
  const { mirror, ...rules } = config.policy;
  const isShadow = config.mode === "shadow";
  return startRelayer(ports, { mirror, rules, isShadow, housekeeping: housekeepingOf(parts), onHalt }, life);
}

function housekeepingOf({ config, feeds, metrics }: Parts): HousekeepingOptions {
  const chains = feeds.map(({ chain, keeping, ...feed }) => ({
    ...feed,
    chain,
    messaging: chain.messaging,
    errands: chain.errands,
    chores: keeping,
  }));
  const { lookbackBlocks, stuckAfterSeconds } = config.messages;
  const stuckAfterMs = stuckAfterSeconds * 1_000;
  return {
    chains,
    metrics: metrics.housekeeping,
    lookbackBlocks,
    stuckAfterMs,
    errands: errandPolicyOf(config.keeping),
  };
}

interface Announcement {
  readonly server: HttpServer;
  readonly status: RelayerStatus;
  readonly reachable: readonly string[];
}

/** Ready is said once every chain that answered at the start has been read. One that is away does not hold it up. */
async function announce({ config, life, log }: Parts, { server, status, reachable }: Announcement): Promise<void> {
  const awaited = new Set(reachable.map((name) => `chain:${name}`));
  const isRead = () =>
    status.ready().components.every(({ name, health }) => !awaited.has(name) || health !== "unhealthy");
  while (!isRead()) {
    if (life.signal.aborted) return;
    await systemClock.sleep(READY_POLL_MS, life.signal);
  }
  const away = config.chains.map(({ name }) => name).filter((name) => !reachable.includes(name));
  log.info({ name: config.name, port: server.port, mode: config.mode, chains: reachable, away }, "relayer ready");
}

/** Stops everything once, whoever asks first, and ends the process with their code. */
function createEnd(log: Log, life: Lifecycle): (code: ExitCode) => void {
  let isEnding = false;
  return (code) => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(code), STOP_LIMIT_MS).unref();
    void life.stop().then(() => {
      log.info({ code }, "relayer stopped");
      process.exit(code);
    });
  };
}

function giveUp(error: unknown): never {
  const known = RelayerError.from(error);
  process.stderr.write(`${known.code} ${known.message}\n`);
  process.exit(exitCodeOf(known));
}
