import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { FetchRequest, type HDNodeWallet, JsonRpcProvider, Network, toQuantity } from "ethers";
import { SetupError } from "../../deployments/setup-error.ts";
import { findFreePort, isPortFree } from "../processes/free-port.ts";
import type { ManagedProcess } from "../processes/start-process.ts";
import { type Role, roleWallet } from "./accounts.ts";
import { startAnvil } from "./anvil-process.ts";

/** One local chain: a process of its own, and what a test or a demo does to it. */
export interface LocalChain {
  readonly name: string;
  readonly eid: number;
  readonly chainId: number;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly provider: JsonRpcProvider;
  /** The funded wallet of `role`, connected to this chain. */
  wallet(role: Role): HDNodeWallet;
  /** Timestamp of the head block, in unix seconds. */
  now(): Promise<number>;
  /** Mines a block stamped `timestamp`; the chain's clock goes on from there. Does nothing when it is already past. */
  advanceTo(timestamp: number): Promise<void>;
  advanceBy(seconds: number): Promise<void>;
  mine(blocks?: number): Promise<void>;
  /** A block every `seconds` from now on, or with 0 one for each transaction. Survives {@link stop}. */
  setBlockTime(seconds: number): Promise<void>;
  isRunning(): boolean;
  /** The process hangs: connections are taken, nothing answers. */
  pause(): void;
  resume(): void;
  /** The process ends; state and logs are kept for {@link start}. */
  stop(): Promise<void>;
  /** Comes back on the same port with the same state, logs and clock, and as if it had gone on in between. */
  start(): Promise<void>;
  /** Ends for good. */
  close(): Promise<void>;
}

export interface ChainOptions {
  readonly index: number;
  readonly dir: string;
  /** Timestamp of the genesis block, in unix seconds; now unless given. */
  readonly genesisTime?: number;
  /** A free one unless given. */
  readonly port?: number;
}

const FIRST_EID = 50_901;
const FIRST_CHAIN_ID = 31_000;
/** A local node answers within milliseconds, and within seconds where twenty of them share two cores. */
const REQUEST_TIMEOUT_MS = 15_000;
const POLLING_INTERVAL_MS = 20;
/** State of every block is kept, so that finalised blocks can still be read after a restart. */
const STATE_DUMP_TIMEOUT_MS = 60_000;

/** chain-a, chain-b, … */
export function chainName(index: number): string {
  return `chain-${String.fromCharCode("a".charCodeAt(0) + index)}`;
}

/** Starts chain `index` on a free port of 127.0.0.1. It mines a block for each transaction until told otherwise. */
export async function startChain(options: ChainOptions): Promise<LocalChain> {
  const name = chainName(options.index);
  const dir = path.join(options.dir, name);
  mkdirSync(dir, { recursive: true });
  const stateFile = path.join(dir, "state.json");
  rmSync(stateFile, { force: true });
  const port = await choosePort(options.port);
  const chainId = FIRST_CHAIN_ID + options.index;
  const launch = (startTime: number | undefined) =>
    startAnvil({ chainId, port, stateFile, dir, ...(startTime === undefined ? {} : { startTime }) });
  const first = await launch(options.genesisTime);
  const provider = createProvider(`http://127.0.0.1:${port}`, new Network(name, chainId));
  return {
    name,
    eid: FIRST_EID + options.index,
    chainId,
    rpcUrl: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    provider,
    wallet: createWallets(provider),
    ...createClock(provider),
    ...createLifecycle({ name, provider, first, launch }),
  };
}

async function choosePort(given: number | undefined): Promise<number> {
  if (given === undefined) return findFreePort();
  if (await isPortFree(given)) return given;
  const problem = `Port ${given} of 127.0.0.1 is in use.`;
  throw new SetupError("config", problem, { fix: "Choose another with --rpc-port, or leave it out for free ones." });
}

function createProvider(url: string, network: Network): JsonRpcProvider {
  const request = new FetchRequest(url);
  request.timeout = REQUEST_TIMEOUT_MS;
  return new JsonRpcProvider(request, network, {
    staticNetwork: network,
    pollingInterval: POLLING_INTERVAL_MS,
    // One request a call, and nothing remembered: the head may move within a millisecond.
    batchMaxCount: 1,
    cacheTimeout: -1,
  });
}

function createWallets(provider: JsonRpcProvider): (role: Role) => HDNodeWallet {
  const wallets = new Map<Role, HDNodeWallet>();
  return (role) => {
    const wallet = wallets.get(role) ?? roleWallet(role).connect(provider);
    wallets.set(role, wallet);
    return wallet;
  };
}

type Clock = Pick<LocalChain, "now" | "advanceTo" | "advanceBy" | "mine">;

function createClock(provider: JsonRpcProvider): Clock {
  const now = () => blockTime(provider, "latest");
  return {
    now,
    async advanceTo(timestamp) {
      if ((await now()) >= timestamp) return;
      await provider.send("evm_setNextBlockTimestamp", [timestamp]);
      await provider.send("evm_mine", []);
    },
    async advanceBy(seconds) {
      await provider.send("evm_increaseTime", [seconds]);
      await provider.send("evm_mine", []);
    },
    async mine(blocks = 1) {
      await provider.send("anvil_mine", [toQuantity(blocks)]);
    },
  };
}

interface LifecycleParts {
  readonly name: string;
  readonly provider: JsonRpcProvider;
  readonly first: ManagedProcess;
  readonly launch: (startTime: number) => Promise<ManagedProcess>;
}

type Lifecycle = Pick<LocalChain, "setBlockTime" | "isRunning" | "pause" | "resume" | "stop" | "start" | "close">;

function createLifecycle({ name, provider, first, launch }: LifecycleParts): Lifecycle {
  let anvil = first;
  let blockTimeSeconds = 0;
  // Chain time minus wall time. A restarted anvil would otherwise fall back to the wall clock.
  let clockOffset = 0;

  const applyBlockTime = async () => {
    await provider.send("evm_setIntervalMining", [blockTimeSeconds]);
    if (blockTimeSeconds === 0) await provider.send("evm_setAutomine", [true]);
  };
  return {
    async setBlockTime(seconds) {
      blockTimeSeconds = seconds;
      await applyBlockTime();
    },
    isRunning: () => anvil.isRunning(),
    pause: () => anvil.signal("SIGSTOP"),
    resume: () => anvil.signal("SIGCONT"),
    async stop() {
      if (!anvil.isRunning()) return;
      anvil.signal("SIGCONT");
      clockOffset = (await blockTime(provider, "pending")) - wallSeconds();
      await anvil.end("SIGTERM", STATE_DUMP_TIMEOUT_MS);
      if (anvil.exitCode() !== 0) {
        const fix = "It cannot be started again; start the local network anew.";
        throw new SetupError("fatal", `${name} ended without keeping its state.`, { fix });
      }
    },
    async start() {
      if (anvil.isRunning()) {
        throw new SetupError("fatal", `${name} is running.`, { fix: "Stop it before starting it again." });
      }
      anvil = await launch(wallSeconds() + clockOffset);
      await applyBlockTime();
    },
    async close() {
      provider.destroy();
      await anvil.end("SIGKILL");
    },
  };
}

async function blockTime(provider: JsonRpcProvider, tag: "latest" | "pending"): Promise<number> {
  const block: unknown = await provider.send("eth_getBlockByNumber", [tag, false]);
  if (typeof block === "object" && block !== null && "timestamp" in block) return Number(block.timestamp);
  throw new SetupError("fatal", `The chain has no ${tag} block.`, { fix: "Look into its anvil.log." });
}

function wallSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
