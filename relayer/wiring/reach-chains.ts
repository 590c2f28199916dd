import { systemClock } from "../adapters/clock/system-clock.ts";
import type { HttpServer } from "../adapters/http/server.ts";
import { RelayerError } from "../errors.ts";
import type { RelayerStatus } from "../ports/status.ts";
import type { Parts } from "./parts.ts";

const READY_POLL_MS = 50;

/**
 * A wrong chain stops the start; a node that is away does not, unless nobody at all can be reached.
 *
 * @returns names of the chains that answered
 */
export async function verifyChains({ feeds, life, log }: Parts): Promise<readonly string[]> {
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

interface Announcement {
  readonly server: HttpServer;
  readonly status: RelayerStatus;
  readonly reachable: readonly string[];
}

/** Ready is said once every chain that answered at the start has been read. One that is away does not hold it up. */
export async function announce(
  { config, life, log }: Parts,
  { server, status, reachable }: Announcement,
): Promise<void> {
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
