import { Contract, Interface, type Log } from "ethers";

import { readCompiledContract } from "../deployments/compiled-contract.ts";
import {
  type ChorePolicy,
  type Chores,
  type HubFacts,
  isWorthwhile,
  listChores,
} from "../relayer/domain/errand/chores.ts";
import { posture as postureOf } from "../relayer/domain/incident/posture.ts";
import { rungsOfByte } from "../relayer/domain/incident/rungs.ts";
import { type AccountSender, createAccountSender } from "./chains/account-sender.ts";
import type { LocalChain } from "./chains/start-chain.ts";
import { type HeadSignal, watchHeads } from "./layerzero/workers/head-signal.ts";

/**
 * Does what anybody may do at a hub, where it is due: sends words to the peers, brings postures down. What is due is the
 * relayer's own rule (`relayer/domain/errand`); it is done when told, and goes on when no relayer is there.
 */
export interface Keeper {
  /** One round over all chains; a chain that does not answer is left out. */
  tick(): Promise<void>;
  /** Rounds at every new block of a chain, and at least every second. */
  start(): void;
  stop(): void;
  /** With heartbeats off, messages go out only for what a sensor asserted. For exact counts. */
  setHeartbeats(isOn: boolean): void;
  counts(): ReadonlyMap<string, KeeperCounts>;
}

export interface KeeperCounts {
  readonly broadcasts: number;
  readonly lifts: number;
}

export interface KeptChain {
  readonly chain: LocalChain;
  readonly hub: string;
  readonly fromBlock: number;
}

export interface KeeperOptions {
  readonly chains: readonly KeptChain[];
  readonly hasHeartbeats: boolean;
}

/** For time that passes without a block. */
const POLL_MS = 1_000;
const LIFT_GAS = 1_000_000n;
const BROADCAST_GAS = 1_000_000n;
const BROADCAST_PEER_GAS = 700_000n;
/** What happens now, not what happened when the last block was made. */
const NOW = { blockTag: "pending" } as const;
const SUCCESS = 1;
/** Sensors are poked by those who feed them, and hubs have been given coin. */
const AT_HUBS: Chores = { sensors: [], silenceSensors: [], peers: [] };
const POLICY: ChorePolicy = { reassertSeconds: 0, refreshMs: 0, hubLowWei: 0n, topUpWei: 0n };

/** A keeper that does nothing until it is ticked or started. */
export function createKeeper(options: KeeperOptions): Keeper {
  let { hasHeartbeats } = options;
  let isStarted = false;
  const posts = options.chains.map((kept) => createPost(kept, options.chains.length - 1));
  const signals: HeadSignal[] = [];
  const timers: NodeJS.Timeout[] = [];
  return {
    tick: async () => void (await Promise.all(posts.map((post) => post.tick(hasHeartbeats)))),
    start() {
      if (isStarted) return;
      isStarted = true;
      for (const post of posts) {
        const wake = () => void post.tick(hasHeartbeats);
        signals.push(watchHeads(post.chain.wsUrl, wake));
        timers.push(setInterval(wake, POLL_MS));
      }
    },
    stop() {
      isStarted = false;
      for (const signal of signals.splice(0)) signal.close();
      for (const timer of timers.splice(0)) clearInterval(timer);
    },
    setHeartbeats(isOn) {
      hasHeartbeats = isOn;
    },
    counts: () => new Map(posts.map((post) => [post.chain.name, { ...post.counts }])),
  };
}

interface Post {
  readonly chain: LocalChain;
  readonly hub: Contract;
  readonly sender: AccountSender;
  readonly fromBlock: number;
  readonly broadcastGas: bigint;
  readonly counts: { broadcasts: number; lifts: number };
}

interface TickingPost extends Post {
  /** Never rejects. Asked again while it runs, it runs once more. */
  tick(hasHeartbeats: boolean): Promise<void>;
}

function createPost({ chain, hub, fromBlock }: KeptChain, peers: number): TickingPost {
  const sender = createAccountSender({
    provider: chain.provider,
    wallet: chain.wallet("keeper"),
    chainId: chain.chainId,
  });
  const contract = new Contract(hub, Interface.from(readCompiledContract("hub", "IncidentHub").abi), chain.provider);
  const broadcastGas = BROADCAST_GAS + BROADCAST_PEER_GAS * BigInt(peers);
  const post: Post = { chain, hub: contract, sender, fromBlock, broadcastGas, counts: { broadcasts: 0, lifts: 0 } };
  let ticking: Promise<void> | undefined;
  let isWanted = false;

  const run = async (hasHeartbeats: boolean) => {
    do {
      isWanted = false;
      // Down, or somebody else was faster: the next tick looks again.
      await tickOnce(post, hasHeartbeats).catch(() => {});
    } while (isWanted);
    ticking = undefined;
  };
  return {
    ...post,
    tick(hasHeartbeats) {
      isWanted = true;
      ticking ??= run(hasHeartbeats);
      return ticking;
    },
  };
}

async function tickOnce(post: Post, hasHeartbeats: boolean): Promise<void> {
  if (await isBroadcastDue(post, hasHeartbeats)) {
    if (await send(post, "broadcast", [], post.broadcastGas)) post.counts.broadcasts += 1;
  }
  for (const market of await findLiftable(post)) {
    if (await send(post, "lift", [market], LIFT_GAS)) post.counts.lifts += 1;
  }
}

async function isBroadcastDue(post: Post, hasHeartbeats: boolean): Promise<boolean> {
  const facts = await readFacts(post);
  const isDue = listChores(facts, AT_HUBS, POLICY).some(({ kind }) => kind === "broadcast");
  return isDue && facts.isHeartbeatDue && !hasHeartbeats ? hasUnsentAssertion(post) : isDue;
}

async function readFacts({ hub }: Post): Promise<HubFacts> {
  const due = (await hub.getFunction("broadcastDue")(NOW)) as {
    readonly markets: bigint;
    readonly isHeartbeat: boolean;
  };
  const posture = postureOf(BigInt(String(await hub.getFunction("postureNow")())));
  return { posture, balanceWei: 0n, dueMarkets: Number(due.markets), isHeartbeatDue: due.isHeartbeat };
}

/** Once a heartbeat is due, `broadcastDue` no longer tells what is new: the events do. */
async function hasUnsentAssertion({ hub, chain, fromBlock }: Post): Promise<boolean> {
  const names = ["Asserted", "BroadcastSent"] as const;
  const topics = names.map((name) => hub.interface.getEvent(name)?.topicHash ?? "");
  const logs = await chain.provider.getLogs({ address: hub.target.toString(), fromBlock, topics: [topics] });
  const sinceSent = logs.slice(logs.findLastIndex((log) => nameOf(hub, log) === "BroadcastSent") + 1);
  return sinceSent.some((log) => hub.interface.parseLog(log)?.args["mesh"] !== 0n);
}

/** Markets whose posture is tighter than what is in force now. */
async function findLiftable(post: Post): Promise<number[]> {
  const facts = await readFacts(post);
  const tried = listChores(facts, AT_HUBS, POLICY).map(async (errand): Promise<number[]> => {
    if (errand.kind !== "lift") return [];
    // A hub that refuses to lift yet says so by reverting.
    const left: unknown = await post.hub
      .getFunction("lift")
      .staticCall(errand.market, NOW)
      .catch(() => null);
    const rungs = typeof left === "bigint" ? rungsOfByte(Number(left)) : null;
    return isWorthwhile({ errand, rungs, last: null, hub: facts, time: 0 }, POLICY) ? [errand.market] : [];
  });
  return (await Promise.all(tried)).flat();
}

async function send(
  { hub, sender }: Post,
  method: string,
  args: readonly unknown[],
  gasLimit: bigint,
): Promise<boolean> {
  const data = hub.interface.encodeFunctionData(method, args);
  const receipt = await sender.send({ to: hub.target.toString(), data, gasLimit });
  return receipt.status === SUCCESS;
}

function nameOf(hub: Contract, log: Log): string | undefined {
  return hub.interface.parseLog(log)?.name;
}
