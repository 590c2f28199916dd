import type { InstructionKind } from "../domain/desk/instruction.ts";
import type { Eid } from "../domain/eid.ts";
import { createExposure } from "../domain/exposure/exposure.ts";
import { type MirrorPolicy, type Policy, type Rules, canonicalPolicy, scenariosOf } from "../domain/policy/policy.ts";
import type { Scenario } from "../domain/risk/scenarios.ts";
import type { RelayerError } from "../errors.ts";
import type { Chain } from "../ports/chain.ts";
import type { Clock } from "../ports/clock.ts";
import type { Desk } from "../ports/desk.ts";
import type { FundsReader } from "../ports/funds.ts";
import type { GuardStore } from "../ports/guards.ts";
import type { Hasher } from "../ports/hasher.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { ActionQueue } from "../ports/queue.ts";
import type { DirectiveSigner } from "../ports/signer.ts";
import type { RelayerStatus } from "../ports/status.ts";
import { type Actor, createActor } from "./act/act.ts";
import { type Carrier, createCarrier } from "./act/carrier.ts";
import { createConfirmer } from "./act/confirm.ts";
import { createDecider } from "./act/decide.ts";
import { createJobHandler } from "./act/handle-job.ts";
import { createSignedBook } from "./act/signed-book.ts";
import { rehearse, warmUp } from "./act/warm-up.ts";
import type { AppContext } from "./context.ts";
import { INSTRUCT_EVERY_MS, type Instructor, createInstructor } from "./desk/instruct.ts";
import { createJournalWriter, type JournalWriter } from "./journal-writer.ts";
import { type HousekeepingOptions, startHousekeeping } from "./housekeeping/housekeeping.ts";
import { type Ledger, createLedger } from "./ledger.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { FUNDS_EVERY_MS, type FundsWatch, createFundsWatch } from "./funds-watch.ts";
import { passOnReports } from "./hub-reports.ts";
import { createInsight } from "./insight.ts";
import { type Loops, createLoops } from "./loops.ts";
import { measureTightening } from "./measure.ts";
import type { Feed } from "./observe/feed.ts";
import { createObserver } from "./observe/observe-chain.ts";
import { createQueueHealth } from "./queue-health.ts";
import type { Fleet } from "./quorum/fleet.ts";
import { createQuorumPace } from "./quorum/pace.ts";
import { MEET_EVERY_MS, createPeerWatch, startFleet } from "./quorum/watch-peers.ts";
import { type VenueWatch, createVenueWatcher } from "./risk/watch-venue.ts";
import { createTimelineKeeper } from "./timeline-keeper.ts";
import { countOpen, createStatus, isConverged } from "./status.ts";

/** How often everything is looked at again, whether or not something happened: leases run out silently. */
const RECONCILE_EVERY_MS = 500;

/** What the relayer works with. Whoever made these closes them. */
export interface RelayerPorts {
  readonly feeds: readonly Feed[];
  /** Clearing houses, for the rules that look at risk. */
  readonly venues?: readonly VenueWatch[];
  /** Operators' desks, for the rules that instruct them. */
  readonly desks?: readonly Desk[];
  /** What the wallet has on each chain. None where nothing is sent. */
  readonly funds?: readonly FundsReader[];
  /** Without operators nothing is ever decided or sent: mode observe. */
  readonly signer: DirectiveSigner;
  readonly queue: ActionQueue;
  /** Doubt that outlives the process. Without it, doubt ends with the process. */
  readonly guards?: GuardStore;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly hasher: Hasher;
  readonly metrics: Metrics;
  readonly log: Log;
  /** The operators' quorum that this node belongs to; null where it acts alone. */
  readonly fleet: Fleet | null;
}

export interface RelayerOptions {
  readonly mirror: MirrorPolicy;
  /** Left out, nothing but tightening is done. */
  readonly housekeeping?: HousekeepingOptions;
  /** The rules besides the mirror. None unless given. */
  readonly rules?: Omit<Rules, "mirror">;
  /** What desks are told; nothing unless given. No insurance moves but in mode full. */
  readonly instructs?: readonly InstructionKind[];
  /** Decide and write down, and send nothing: mode shadow. */
  readonly isShadow?: boolean;
  /** Called when going on would do harm. May be called more than once. */
  readonly onHalt: (error: RelayerError) => void;
}

/**
 * Starts every loop: one for each chain, and one that reconciles. Needs nothing but the chains to know what to do
 * (P15). The loops end with `life`; what they use has to be added to it before.
 */
export function startRelayer(ports: RelayerPorts, options: RelayerOptions, life: Lifecycle): RelayerStatus {
  const { clock, log, metrics, hasher, signer } = ports;
  const keeper = createTimelineKeeper(createJournalWriter(ports.journal, ports), () => ledger.world);
  const { journal } = keeper;
  const ledger: Ledger = createLedger({ clock, journal });
  const context: AppContext = {
    clock,
    log,
    metrics,
    ledger,
    signal: life.signal,
    halt: options.onHalt,
    ...guardsOf(ports),
  };

  const observers = ports.feeds.map((feed) => createObserver(feed, context));
  const chains = new Map(ports.feeds.map(({ chain }) => [chain.eid, chain]));
  const nameOf = (eid: Eid): string => chains.get(eid)?.name ?? String(eid);
  measureTightening(context, nameOf);
  passOnReports(context, nameOf);
  const loops = createLoops(ports);
  const queueHealth = createQueueHealth(context, ports.queue);
  const policy = makePolicy(ports, { ...options.rules, mirror: options.mirror });
  journal.write({ kind: "started", atMs: clock.nowMs(), policy: canonicalPolicy(policy) });
  const { decide, review, quorum, instructor } = startActing(context, {
    ports,
    chains,
    journal,
    policy,
    isShadow: options.isShadow === true,
    instructs: options.instructs ?? [],
  });
  const watchers = watchVenues(ports.venues ?? [], scenariosOf(policy), context);

  const funds = createFundsWatch(ports.funds ?? [], context);
  const { operators } = signer;
  const insight = createInsight({ ledger, observers, keeper, funds, scenarios: scenariosOf(policy), operators });

  let isRehearsed = false;
  const turn = async (): Promise<void> => {
    decide();
    review();
    queueHealth.probe();
    const converged = isConverged(ledger.world, ports.feeds.length);
    metrics.haltReadiness(insight.readiness().score);
    if (converged !== null) metrics.converged(converged, countOpen(ledger.world));
    if (isRehearsed || converged === null) return;
    isRehearsed = true;
    await rehearse({
      world: ledger.world,
      policy,
      operators: signer.operators,
      hasher: ports.hasher,
      nowMs: clock.nowMs(),
    });
  };
  const pause = () => clock.sleep(RECONCILE_EVERY_MS, life.signal);
  const housekeeping =
    options.housekeeping === undefined ? null : startHousekeeping(context, options.housekeeping, loops);
  const ended = Promise.all([
    housekeeping?.ended,
    warmUp(ports),
    ...observers.map((observer) => observer.run(loops)),
    ...watchers.map((watcher) => watcher.run(loops)),
    loops.run("reconcile", { turn, pause, signal: life.signal }),
    watchPeers(ports, context, loops),
    watchFunds(funds, loops, context),
    instructDesks(instructor, loops, context),
  ]);
  life.add("loops", loops, () => ended.then(() => journal.drain()));
  log.info({ chains: observers.length, operators: signer.operators, policy: options.mirror }, "relayer loops started");
  return {
    ...createStatus({
      ...{ ledger, observers, loops, hasher, queue: queueHealth, journal, quorum, venues: watchers },
      messages: housekeeping,
      instructor,
    }),
    ...insight,
  };
}

/** Every venue is one column of the mesh's exposure. */
function watchVenues(venues: readonly VenueWatch[], scenarios: readonly Scenario[], context: AppContext) {
  const exposure = createExposure(venues.length);
  return venues.map((venue, chain) => createVenueWatcher(venue, { scenarios, place: { exposure, chain } }, context));
}

async function instructDesks(
  instructor: Instructor | null,
  loops: Loops,
  { clock, signal }: AppContext,
): Promise<void> {
  if (instructor === null) return;
  const pause = () => clock.sleep(INSTRUCT_EVERY_MS, signal);
  await loops.run("desks", { turn: () => instructor.turn(), pause, signal });
}

async function watchFunds(funds: FundsWatch, loops: Loops, { clock, signal }: AppContext): Promise<void> {
  if (!funds.isWatching) return;
  const pause = () => clock.sleep(FUNDS_EVERY_MS, signal);
  await loops.run("funds", { turn: () => funds.turn(), pause, signal });
}

async function watchPeers({ fleet, clock }: RelayerPorts, context: AppContext, loops: Loops): Promise<void> {
  if (fleet === null) return;
  const { signal } = context;
  const turn = createPeerWatch(context, fleet);
  await loops.run("peers", { turn, pause: () => clock.sleep(MEET_EVERY_MS, signal), signal });
}
/** What a shadow does with a decision: nothing. Its actions end as confirmed where others did the same, else expire. */
const SHADOW_ACTOR: Actor = { carryOut: () => Promise.resolve() };
const SHADOW_CARRIER: Carrier = { attempt: () => Promise.resolve("waiting"), lastTriedMs: () => null };

interface Acting {
  readonly ports: RelayerPorts;
  readonly chains: ReadonlyMap<Eid, Chain>;
  readonly journal: JournalWriter;
  readonly policy: Policy;
  readonly isShadow: boolean;
  readonly instructs: readonly InstructionKind[];
}

function startActing(context: AppContext, acting: Acting) {
  const { ports, chains, journal, policy, isShadow, instructs } = acting;
  const { signer, queue, hasher, clock, fleet } = ports;
  const book = createSignedBook();
  const carrier = isShadow ? SHADOW_CARRIER : createCarrier(context, { chains, book });
  const quorum = fleet === null ? null : { coSigners: fleet.coSigners, pace: createQuorumPace(clock) };
  const turns = fleet === null ? null : startFleet(context, fleet, { chains, signer, hasher, policy });
  const actor = isShadow ? SHADOW_ACTOR : createActor(context, { signer, queue, carrier, book, quorum });
  const desks = new Map((ports.desks ?? []).map((desk) => [desk.eid, desk]));
  const isInstructing = !isShadow && desks.size > 0 && instructs.length > 0;
  const instructor = isInstructing
    ? createInstructor(context, {
        ...{ desks, signer, hasher, journal, kinds: instructs },
        quorum: quorum === null || turns === null ? null : { ...quorum, turns },
      })
    : null;
  const { review } = createConfirmer(context, { chains, carrier, book });
  const { decide } = createDecider(context, {
    policy,
    operators: signer.operators,
    hasher,
    journal,
    actor,
    instructor,
    fleet: fleet === null || quorum === null || turns === null ? null : { ...fleet, ...quorum, turns },
  });
  // Who only observes leaves the jobs to those who may send.
  if (signer.operators.length > 0 && !isShadow) queue.start(createJobHandler(context, { carrier, book }));
  return { decide, review, quorum: quorum?.pace ?? null, instructor };
}

function guardsOf({ guards }: RelayerPorts): Pick<AppContext, "guards"> {
  return guards === undefined ? {} : { guards };
}

export function makePolicy({ hasher }: Pick<RelayerPorts, "hasher">, rules: Rules): Policy {
  return { ...rules, hash: hasher.keccakUtf8(canonicalPolicy(rules)) };
}
