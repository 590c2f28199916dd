import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { startRedis } from "../../../localnet/redis/start-redis.ts";
import { createShutdown, type Shutdown } from "../../../localnet/shutdown.ts";
import { medianOf } from "../clocks.ts";
import type { BenchGroup, Measurement } from "../measurement.ts";
import { type Contestant, startContestant } from "./contestant.ts";
import { installPeer } from "./install-peer.ts";
import type { Drive } from "./messages.ts";

const DRIVE: Drive = { messages: 3_000, inFlight: 64 };
const ROUNDS = 5;
const WARM_UP_ROUNDS = 1;
const INTERRUPTED = 130;
/** The peer's own default, and as many as adds are under way. */
const PEER_CONCURRENCIES = [3, DRIVE.inFlight] as const;
/** Ours runs one job at once for each destination: this many destinations. */
const DESTINATIONS = 20;

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** What a message costs from being added until its handler is entered, everybody on the same Redis and in turn. */
export const queueBenches: BenchGroup = {
  names: ["queue"],
  async measure() {
    const shutdown = createShutdown({ log: say, interruptExitCode: INTERRUPTED });
    try {
      return [await measureOn(shutdown)];
    } finally {
      await shutdown.run();
    }
  },
};

async function measureOn(shutdown: Shutdown): Promise<Measurement> {
  const dir = mkdtempSync(path.join(os.tmpdir(), "cordon-bench-"));
  await shutdown.add("temporary files", () => rmSync(dir, { recursive: true, force: true }));
  const redis = await startRedis({ dir: path.join(dir, "redis"), log: say });
  await shutdown.add("Redis", () => redis.stop());
  const start = async (program: URL, concurrency: number, peerDir: string | null = null) => {
    const contestant = await startContestant(program, { redisUrl: redis.url, concurrency, dir: peerDir });
    await shutdown.add("a contestant", () => contestant.stop());
    return contestant;
  };

  const ours = await start(new URL("./ours.ts", import.meta.url), DESTINATIONS);
  const floor = await start(new URL("./plain.ts", import.meta.url), DRIVE.inFlight);
  const { peers, note } = await startPeers(shutdown, (concurrency, at) =>
    start(new URL("./peer.ts", import.meta.url), concurrency, at),
  );
  const [value = NaN, least = NaN, ...others] = await runRounds([ours, floor, ...peers.values()]);
  const named = [...peers.keys()].map((name, index) => [name, others[index] ?? NaN] as const);
  const measured = { bench: "queue", unit: "us", value, floor: least, peers: Object.fromEntries(named) } as const;
  return note === null ? measured : { ...measured, note };
}

interface Peers {
  readonly peers: ReadonlyMap<string, Contestant>;
  /** Why there are none. */
  readonly note: string | null;
}

async function startPeers(
  shutdown: Shutdown,
  start: (concurrency: number, dir: string) => Promise<Contestant>,
): Promise<Peers> {
  say("queue: installing relayer-engine for this bench alone (minutes, 820 MB)");
  const installed = await installPeer();
  if (typeof installed === "string") return { peers: new Map(), note: `no relayer-engine: ${installed}` };
  await shutdown.add("the peer", installed.remove);
  const peers = new Map<string, Contestant>();
  try {
    for (const concurrency of PEER_CONCURRENCIES) {
      peers.set(`relayer-engine, ${String(concurrency)} at once`, await start(concurrency, installed.dir));
    }
    return { peers, note: null };
  } catch (error) {
    return { peers, note: `relayer-engine does not start: ${String(error)}` };
  }
}

/** Interleaved, so that whatever else the machine does meets all alike. Medians, in the order of `contestants`. */
async function runRounds(contestants: readonly Contestant[]): Promise<readonly number[]> {
  const taken = contestants.map((): number[] => []);
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    for (const [index, contestant] of contestants.entries()) taken[index]?.push(await contestant.run(DRIVE));
  }
  return taken.map((runs) => medianOf(runs.slice(WARM_UP_ROUNDS)));
}
