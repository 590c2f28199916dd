import { type ActionView, stateOfAction } from "../domain/action/action-view.ts";
import { type Hex, hexOfInteger, joinHex } from "../domain/hex.ts";
import type { ChainView, World } from "../domain/world/world.ts";
import type { Hasher } from "../ports/hasher.ts";
import type { ActionStatus, ChainStatus, ComponentStatus, RelayerStatus } from "../ports/status.ts";
import type { InsightView } from "../ports/insight.ts";
import type { Instructor } from "./desk/instruct.ts";
import type { JournalWriter } from "./journal-writer.ts";
import type { Housekeeping, TroubledSensor } from "./housekeeping/housekeeping.ts";
import type { Ledger } from "./ledger.ts";
import type { Loops } from "./loops.ts";
import type { Observer } from "./observe/observe-chain.ts";
import type { QueueHealth } from "./queue-health.ts";

/** Actions shown besides the open ones. */
const RECENT_ACTIONS = 50;
/** Turns that may fail before a chain counts as not readable. */
const FAILURES_TOLERATED = 3;

export interface StatusSources {
  readonly ledger: Ledger;
  readonly observers: readonly Observer[];
  readonly loops: Loops;
  readonly hasher: Hasher;
  readonly queue: QueueHealth;
  readonly journal: JournalWriter;
  /** Null where this node has no peers. */
  readonly quorum: { readonly isAnswering: boolean } | null;
  /** One for each chain whose venue is read. */
  readonly venues: readonly { component(): ComponentStatus }[];
  /** Null where messages are not followed. */
  readonly messages: Housekeeping | null;
  /** Null where no desk is told anything. */
  readonly instructor: Pick<Instructor, "statuses"> | null;
}

/** What the pages show, read off the world at the moment of asking. */
export function createStatus({
  ledger,
  observers,
  loops,
  hasher,
  queue,
  journal,
  quorum,
  venues,
  messages,
  instructor,
}: StatusSources): Omit<RelayerStatus, keyof InsightView> {
  const viewOf = ({ feed }: Observer): ChainView | null => ledger.world.chains.get(feed.chain.eid) ?? null;
  const digestOf = (view: ChainView | null): Hex | null => (view === null ? null : digestMesh(view, hasher));

  return {
    live() {
      const statuses = loops.statuses();
      return { isLive: statuses.every(({ isAlive }) => isAlive), loops: statuses };
    },
    ready() {
      const components = [
        ...observers.map((observer) => checkChain(observer, viewOf(observer))),
        ...venues.map((venue) => venue.component()),
        checkStore("queue", queue.isHealthy, "does not answer; urgent actions do not need it"),
        checkStore("journal", journal.isHealthy(), "cannot be written"),
        ...checkSensors(messages?.troubledSensors() ?? []),
        ...(quorum === null ? [] : [checkStore("quorum", quorum.isAnswering, "too few peers signed when asked last")]),
      ];
      return { isReady: components.every(({ health }) => health !== "unhealthy"), components };
    },
    chains: () => observers.map((observer) => describeChain(observer, viewOf(observer), digestOf(viewOf(observer)))),
    convergence() {
      const digests = observers.map((observer) => {
        const { name, eid } = observer.feed.chain;
        return { name, eid: Number(eid), meshDigest: digestOf(viewOf(observer)) };
      });
      return { isConverged: compare(digests.map(({ meshDigest }) => meshDigest)), digests };
    },
    actions: () => listActions(ledger.world),
    instructions: () => instructor?.statuses() ?? [],
    messages: (filter) => messages?.messages(filter) ?? [],
    recoveries: () => messages?.recoveries() ?? [],
  };
}

/** keccak256 of the mesh words, 32 bytes each, in market order: what the hub calls its mesh digest. */
export function digestMesh({ latest }: ChainView, hasher: Hasher): Hex {
  return hasher.keccakHex(joinHex(latest.state.meshWords.map((word) => hexOfInteger(word, 32))));
}

/** Whether all chains that were read hold the same mesh words; null while one was not. */
export function isConverged(world: World, chains: number): boolean | null {
  if (world.chains.size < chains) return null;
  const [first, ...others] = [...world.chains.values()].map(({ latest }) => latest.state.meshWords);
  return others.every((words) => words.every((word, market) => word === first?.[market]));
}

/** Actions whose state is not on chain yet. */
export function countOpen({ actions, chains }: World): number {
  return [...actions.values()].filter((view) => stateOfAction(view, chains.get(view.action.eid) ?? null) === "open")
    .length;
}

function compare(digests: readonly (Hex | null)[]): boolean | null {
  return digests.includes(null) ? null : new Set(digests).size <= 1;
}

function checkChain({ feed, health }: Observer, view: ChainView | null): ComponentStatus {
  const name = `chain:${feed.chain.name}`;
  if (view === null) return { name, health: "unhealthy", reason: health.code ?? "not read yet" };
  if (health.failures > FAILURES_TOLERATED) return { name, health: "unhealthy", reason: health.code ?? "not readable" };
  if (health.code !== null) return { name, health: "degraded", reason: health.code };
  if (view.isSuspect === true) return { name, health: "degraded", reason: "finality in doubt" };
  return view.isCaughtUp ? { name, health: "healthy" } : { name, health: "degraded", reason: "catching up" };
}

/** A sensor that cannot be poked watches nothing. Others do, so the relayer stays ready. */
function checkSensors(troubled: readonly TroubledSensor[]): readonly ComponentStatus[] {
  const chains = [...new Set(troubled.map(({ chain }) => chain))];
  return chains.map((name) => {
    const own = troubled.filter(({ chain }) => chain === name);
    const reason = `reverts when poked: ${own.map(({ sensor, about }) => `${sensor} (${about})`).join(", ")}`;
    return { name: `sensors:${name}`, health: "degraded", reason };
  });
}

/** A store that is down slows nothing urgent, so the relayer stays ready. */
function checkStore(name: string, isHealthy: boolean, reason: string): ComponentStatus {
  return isHealthy ? { name, health: "healthy" } : { name, health: "degraded", reason };
}

function describeChain({ feed }: Observer, view: ChainView | null, meshDigest: Hex | null): ChainStatus {
  const { name, eid } = feed.chain;
  const state = view?.latest.state;
  return {
    name,
    eid: Number(eid),
    head: view?.latest.block.number ?? null,
    finalised: view?.finalised.block.number ?? null,
    unfinalisedBlocks: view === null ? null : view.latest.block.number - view.finalised.block.number,
    seq: state?.seq ?? null,
    posture: state === undefined ? null : hexOfInteger(state.posture, 32),
    meshDigest,
    endpoints: feed.chain.endpoints(),
  };
}

function listActions(world: World): readonly ActionStatus[] {
  const all = [...world.actions.values()].toReversed().map((view) => describeAction(view, world));
  const isOpen = ({ state }: ActionStatus): boolean => state === "open";
  return [...all.filter(isOpen), ...all.filter((action) => !isOpen(action)).slice(0, RECENT_ACTIONS)];
}

function describeAction(view: ActionView, world: World): ActionStatus {
  const { id, decision, kind, eid, deadline, needs } = view.action;
  return {
    id,
    decision,
    kind,
    eid,
    state: stateOfAction(view, world.chains.get(eid) ?? null),
    deadline,
    needs: needs.map(({ market, word }) => ({ market, word: hexOfInteger(word, 32) })),
    transactions: view.transactions.map(({ txHash }) => txHash),
  };
}
