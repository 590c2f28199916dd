import { mkdirSync } from "node:fs";
import path from "node:path";

import { z } from "zod";

import { writeJsonFile } from "../../../deployments/json-file.ts";
import type { NetworkParameters } from "../../../deployments/network-parameters.ts";
import { SetupError } from "../../../deployments/setup-error.ts";
import { operatorWallet, roleWallet } from "../../../localnet/chains/accounts.ts";
import { findFreePort } from "../../../localnet/processes/free-port.ts";
import { startProcess } from "../../../localnet/processes/start-process.ts";
import { PROJECT_ROOT } from "../../../localnet/project-root.ts";
import { waitUntil } from "../../../localnet/wait-until.ts";
import type { ConfigInput } from "../../../relayer/config/schema.ts";
import type { BenchChain } from "./bench-chain.ts";

/** The relayer under test: the process as it is shipped. */
export interface BenchRelayer {
  /** It takes no part, and no processor time, until {@link resume}. */
  pause(): void;
  resume(): void;
  /** Waits until it has read every chain to its head and has nothing left to do, its queue included. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export interface BenchRelayerOptions {
  readonly chains: readonly BenchChain[];
  readonly parameters: NetworkParameters;
  readonly redisUrl: string;
  readonly dir: string;
}

/** Which operators' keys it holds: a quorum. */
export const OPERATORS: readonly number[] = [0, 1];
/** Where its queues lie in Redis. */
export const QUEUE_PREFIX = "{cordon-bench}";

const READY_LIMIT_MS = 90_000;
const SETTLE_LIMIT_MS = 60_000;
const PAGE_TIMEOUT_MS = 5_000;
const LOOK_EVERY_MS = 150;
/** Looks in a row that must find it idle: reconnections and timers that a pause held up come a moment later. */
const IDLE_LOOKS = 3;

export async function startBenchRelayer(options: BenchRelayerOptions): Promise<BenchRelayer> {
  const { chains, dir } = options;
  const port = await findFreePort();
  mkdirSync(dir, { recursive: true });
  const configFile = path.join(dir, "config.json");
  writeJsonFile(configFile, configOf(options, port));
  const relayer = await startProcess({
    command: process.execPath,
    args: [path.join(PROJECT_ROOT, "relayer", "main.ts"), "--config", configFile],
    cwd: PROJECT_ROOT,
    logFile: path.join(dir, "relayer.log"),
    onParentDeath: "SIGKILL",
  });
  const giveUp = () => {
    if (relayer.isRunning()) return;
    throw new SetupError("fatal", `The relayer ended: ${relayer.logTail()}`, { fix: "Look into its configuration." });
  };
  const isReady = () =>
    readPage(port, "/ready").then(
      ({ ok }) => ok,
      () => false,
    );
  await waitUntil(isReady, { what: "the relayer to be ready", timeoutMs: READY_LIMIT_MS, pollMs: 100, giveUp });
  return {
    pause: () => relayer.signal("SIGSTOP"),
    resume: () => relayer.signal("SIGCONT"),
    async settle() {
      let looks = 0;
      const hasSettled = async () => {
        looks = (await isIdle(port, chains).catch(notInTime)) ? looks + 1 : 0;
        return looks === IDLE_LOOKS;
      };
      const wait = { what: "the relayer to settle", timeoutMs: SETTLE_LIMIT_MS, pollMs: LOOK_EVERY_MS, giveUp };
      await waitUntil(hasSettled, wait);
    },
    stop: () => relayer.end("SIGTERM"),
  };
}

/** As an operator would have it, but that it leaves what is not urgent alone while the bench runs. */
function configOf({ chains, parameters, redisUrl, dir }: BenchRelayerOptions, port: number): ConfigInput {
  return {
    name: "relayer-0",
    mode: "tighten-only",
    meshId: parameters.meshId,
    network: "devnet",
    chains: Object.fromEntries(chains.map((chain) => [chain.name, chainConfig(chain)])),
    wallet: plain(roleWallet("relayer0").privateKey),
    operatorKeys: OPERATORS.map((index) => plain(operatorWallet(index).privateKey)),
    redis: { url: plain(redisUrl), prefix: QUEUE_PREFIX },
    journal: { dir: path.join(dir, "journal") },
    server: { host: "127.0.0.1", port },
    policy: { mirror: { renewBelowSeconds: 30, reconcileAfterSeconds: 86_400 } },
  };
}

function chainConfig({ eid, chainId, hubs, startBlock, rpcUrl, wsUrl }: BenchChain): ConfigInput["chains"][string] {
  return { eid, chainId, hub: hubs.relayed, startBlock, rpcUrls: [plain(rpcUrl)], wsUrl: plain(wsUrl) };
}

/** Nothing secret: keys that everybody knows, addresses of this machine. */
function plain(value: string) {
  return { type: "plain", value } as const;
}

function readPage(port: number, page: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${String(port)}${page}`, { signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) });
}

/** A page that takes too long comes from a relayer that has its hands full. */
function notInTime(error: unknown): false {
  if (error instanceof DOMException && error.name === "TimeoutError") return false;
  throw error;
}

const Status = z.object({ chains: z.array(z.object({ eid: z.number(), head: z.number().nullable() })) });
const Actions = z.object({ actions: z.array(z.object({ state: z.string() })) });

async function isIdle(port: number, chains: readonly BenchChain[]): Promise<boolean> {
  const { actions } = Actions.parse(await (await readPage(port, "/v1/actions")).json());
  if (actions.some(({ state }) => state === "open")) return false;
  const status = Status.parse(await (await readPage(port, "/status")).json());
  const heads = await Promise.all(chains.map(({ provider }) => provider.getBlockNumber()));
  const readTo = new Map(status.chains.map(({ eid, head }) => [eid, head]));
  if (chains.some(({ eid }, index) => readTo.get(eid) !== heads[index])) return false;
  const metrics = await (await readPage(port, "/metrics")).text();
  return ["waiting", "active"].every((state) => metrics.includes(`cordon_queue_jobs{state="${state}"} 0\n`));
}
