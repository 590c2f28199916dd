import { systemClock } from "../adapters/clock/system-clock.ts";
import { keccakHasher } from "../adapters/evm/hasher.ts";
import { type HttpServer, startHttpServer } from "../adapters/http/server.ts";
import { addressOfKey } from "../adapters/evm/identity.ts";
import type { HousekeepingOptions } from "../app/housekeeping/housekeeping.ts";
import { Lifecycle } from "../app/lifecycle.ts";
import type { Fleet } from "../app/quorum/fleet.ts";
import { startRelayer } from "../app/relayer.ts";
import type { LoadedConfig } from "../config.ts";
import { errandPolicyOf } from "../config/errand-policy.ts";
import { RelayerError } from "../errors.ts";
import { exitCodeOf } from "../exit-code.ts";
import { createLog } from "../log.ts";
import type { RelayerStatus } from "../ports/status.ts";
import { createGuards, createPurses } from "../repair-verbs.ts";
import { recallNonces } from "./chains.ts";
import { instructsOf } from "./operators.ts";
import { type Parts, type Surroundings, buildParts } from "./parts.ts";
import { createEnd, endOnSignals } from "./process-end.ts";
import { startQuorum } from "./quorum.ts";
import { announce, verifyChains } from "./reach-chains.ts";

/** Starts everything, in the order in which a fault is found soonest, and leaves it running. */
export async function runRelayer({ config, warnings, secrets }: LoadedConfig): Promise<void> {
  const log = createLog({ relayer: config.name, level: config.logLevel, secrets });
  const life = new Lifecycle(log, systemClock);
  const end = createEnd(log, life);
  endOnSignals(log, end);
  for (const warning of warnings) log.warn({ warning }, "configuration warning");

  const onHalt = (err: RelayerError): void => {
    log.fatal({ err }, "relayer halts: going on would do harm");
    end(exitCodeOf(err));
  };
  try {
    const parts = buildParts({ config, log, life, onHalt });
    let status: RelayerStatus | null = null;
    const server = await startServer(parts, () => status);
    if (config.wallet !== null) await recallNonces(parts.feeds, parts.journal, addressOfKey(config.wallet.reveal()));
    const reachable = await verifyChains(parts);
    const fleet = await startQuorum(parts);
    status = startLoops(parts, fleet, onHalt);
    await announce(parts, { server, status, reachable });
  } catch (error) {
    if (life.signal.aborted) return;
    const err = RelayerError.from(error);
    log.fatal({ err }, "relayer not started");
    process.stderr.write(`${err.code} ${err.message}\n`);
    end(exitCodeOf(err));
  }
}

async function startServer({ config, life, metrics }: Parts, status: () => RelayerStatus | null): Promise<HttpServer> {
  return life.add("http", await startHttpServer({ ...config.server, status, metrics }), (it) => it.close());
}

function startLoops(parts: Parts, fleet: Fleet | null, onHalt: Surroundings["onHalt"]): RelayerStatus {
  const { config, life, feeds } = parts;
  const guards = createGuards(config);
  const desks = feeds.flatMap(({ chain }) => chain.desk ?? []);
  const ports = { ...parts, fleet, guards, desks, clock: systemClock, hasher: keccakHasher };
  const { mirror, ...rules } = config.policy;
  const acting = { isShadow: config.mode === "shadow", instructs: instructsOf(config) };
  return startRelayer(ports, { mirror, rules, ...acting, housekeeping: housekeepingOf(parts, fleet), onHalt }, life);
}

function housekeepingOf({ config, feeds, metrics }: Parts, fleet: Fleet | null): HousekeepingOptions {
  const chains = feeds.map(({ chain, keeping, packetCheckpoints, ...feed }) => ({
    ...feed,
    ...(packetCheckpoints === null ? {} : { checkpoints: packetCheckpoints }),
    chain,
    messaging: chain.messaging,
    errands: chain.errands,
    chores: keeping,
  }));
  const { lookbackBlocks, stuckAfterSeconds } = config.messages;
  return {
    chains,
    metrics: metrics.housekeeping,
    lookbackBlocks,
    stuckAfterMs: stuckAfterSeconds * 1_000,
    errands: errandPolicyOf(config.keeping),
    purses: createPurses(config),
    ...(fleet === null ? {} : { nodes: nodesOf(fleet) }),
  };
}

/** Whoever signs directives may as well do errands; one that does none is waited for as one that is away. */
function nodesOf({ self, operators, backupDelayMs }: Fleet) {
  return { hasher: keccakHasher, self, nodes: operators, backupDelayMs };
}
