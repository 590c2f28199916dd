import type { Eid } from "../../domain/eid.ts";
import type { Errand } from "../../domain/errand/errand.ts";
import { isSettled } from "../../domain/packet/packet-state.ts";
import { type PacketView, listPackets } from "../../domain/packet/packet-view.ts";
import type { Backlog, HousekeepingMetrics } from "../../ports/housekeeping-metrics.ts";
import type { MessagesView } from "../../ports/message-status.ts";
import type { PurseStore } from "../../ports/purses.ts";
import type { AppContext } from "../context.ts";
import type { Loops } from "../loops.ts";
import { type TurnsOptions, createTurns } from "../quorum/turns.ts";
import { createErrandMemory } from "./errand-memory.ts";
import { followPackets } from "./follow-packets.ts";
import type { KeptChain } from "./kept-chain.ts";
import { createMessagesView } from "./messages-view.ts";
import { type PacketLedger, createPacketLedger } from "./packet-ledger.ts";
import { type ErrandPolicy, runErrands } from "./run-errands.ts";

/** An errand that was not due for so many rounds is over; if it comes again, its order of nodes waits anew. */
const FORGOTTEN_ROUNDS = 4;
/** How often backlog and open recoveries are measured. */
const MEASURE_EVERY_MS = 1_000;

export interface HousekeepingOptions {
  readonly chains: readonly KeptChain[];
  readonly metrics: HousekeepingMetrics;
  readonly errands: ErrandPolicy;
  /** Blocks before the finalised one from which on packets are read at a start. */
  readonly lookbackBlocks: number;
  /** How long a packet may stay unverified before it counts as stuck. */
  readonly stuckAfterMs: number;
  /** What errands have cost today, beyond this process. */
  readonly purses?: PurseStore;
  /** The nodes that share the errands with this one; left out where it is alone. */
  readonly nodes?: Omit<TurnsOptions, "clock" | "forgottenMs">;
}

/** A sensor that reverts whenever it is tried. */
export interface TroubledSensor {
  readonly chain: string;
  readonly sensor: string;
  /** What was tried: a market, or a peer's endpoint id. */
  readonly about: number;
}

export interface Housekeeping extends MessagesView {
  troubledSensors(): readonly TroubledSensor[];
  /** Ends with the context's signal. */
  readonly ended: Promise<unknown>;
}

/**
 * Everything that is done besides tightening: follows every LayerZero packet, delivers what nobody delivered, does what
 * anybody may do at hubs and sensors. Nothing urgent waits for any of it.
 */
export function startHousekeeping(context: AppContext, options: HousekeepingOptions, loops: Loops): Housekeeping {
  const { clock, signal } = context;
  const { chains, metrics, errands: policy, lookbackBlocks, stuckAfterMs } = options;
  const packets = createPacketLedger();
  const kept = chains.map((chain) => ({ ...chain, memory: createErrandMemory() }));
  const { purses = null, nodes } = options;
  const forgottenMs = FORGOTTEN_ROUNDS * policy.everyMs;
  const turns = nodes === undefined ? null : createTurns({ ...nodes, clock, forgottenMs });
  const names = new Map<Eid, string>(chains.map(({ chain }) => [chain.eid, chain.name]));
  const nameOf = (eid: Eid): string => names.get(eid) ?? String(eid);
  const failures = () => new Map(kept.flatMap(({ memory }) => [...memory.failures]));
  const view = createMessagesView({
    packets,
    policy: { stuckAfterMs, failuresMax: policy.delivery.failuresMax },
    nowMs: () => clock.nowMs(),
    nameOf,
    failures,
  });
  countMoves(packets, metrics, nameOf);
  const alarm = createAlarm(context, view);

  const measure = (): Promise<void> => {
    metrics.backlog(backlogOf(listPackets(packets.book), clock.nowMs(), nameOf));
    alarm(metrics);
    return Promise.resolve();
  };
  const peersOf = ({ chain }: KeptChain): Eid[] => [...names.keys()].filter((eid) => eid !== chain.eid);
  const ended = Promise.all([
    ...kept.map((each) => followPackets(context, { kept: each, peers: peersOf(each), packets, lookbackBlocks }, loops)),
    ...kept.flatMap(({ memory, ...each }) => {
      const { errands } = each;
      if (errands === null) return [];
      return [
        runErrands(
          context,
          { kept: each, errands, peers: peersOf(each), packets, memory, policy, metrics, purses, turns },
          loops,
        ),
      ];
    }),
    loops.run("messages", { turn: measure, pause: () => clock.sleep(MEASURE_EVERY_MS, signal), signal }),
  ]);
  const troubledSensors = () =>
    kept.flatMap(({ chain: { name }, memory }) => memory.troubled().flatMap((errand) => describeTrouble(name, errand)));
  return { ...view, troubledSensors, ended };
}

function describeTrouble(chain: string, errand: Errand): readonly TroubledSensor[] {
  if (errand.kind === "poke") return [{ chain, sensor: errand.sensor, about: errand.market }];
  return errand.kind === "report-silence" ? [{ chain, sensor: errand.sensor, about: errand.peer }] : [];
}

/** Counts a packet once for every state that it comes into. */
function countMoves(packets: PacketLedger, metrics: HousekeepingMetrics, nameOf: (eid: Eid) => string): void {
  packets.onChange(({ before, after }) => {
    for (const { key, packet, state } of listPackets(after)) {
      if (before.since.get(key)?.state === state) continue;
      metrics.messageMoved({ origin: nameOf(packet.srcEid), destination: nameOf(packet.dstEid) }, state);
    }
  });
}

function backlogOf(views: readonly PacketView[], nowMs: number, nameOf: (eid: Eid) => string): readonly Backlog[] {
  const backlogs = new Map<string, Backlog>();
  for (const { packet, state, firstMs } of views) {
    const on = { origin: nameOf(packet.srcEid), destination: nameOf(packet.dstEid) };
    const key = `${on.origin}/${on.destination}`;
    const known = backlogs.get(key) ?? { ...on, size: 0, oldestAgeSeconds: 0 };
    const ageSeconds = isSettled(state) || firstMs === null ? 0 : Math.max(0, (nowMs - firstMs) / 1_000);
    const oldestAgeSeconds = Math.max(known.oldestAgeSeconds, ageSeconds);
    backlogs.set(key, { ...known, size: known.size + (isSettled(state) ? 0 : 1), oldestAgeSeconds });
  }
  return [...backlogs.values()];
}

/** Says once of each channel that it needs governance, and once that it does no more. */
function createAlarm({ log }: AppContext, view: MessagesView): (metrics: HousekeepingMetrics) => void {
  let known = new Map<string, number>();
  let said = new Set<string>();
  return (metrics) => {
    const open = view.recoveries();
    const lines = new Map(open.map((each) => [`${each.chain}/${each.srcEid}/${each.nonce}/${each.why}`, each]));
    for (const [key, { chain, why, srcEid, nonce, holdsUp, call }] of lines) {
      if (!said.has(key)) log.error({ chain, why, srcEid, nonce, holdsUp, call }, "channel needs its delegate");
    }
    for (const key of said) if (!lines.has(key)) log.info({ channel: key }, "channel free again");
    said = new Set(lines.keys());
    // A chain on which nothing is open any more is shown as 0, not left at what it was.
    known = new Map([...known.keys()].map((chain) => [chain, 0]));
    for (const { chain } of open) known.set(chain, (known.get(chain) ?? 0) + 1);
    metrics.recoveriesOpen(known);
  };
}
