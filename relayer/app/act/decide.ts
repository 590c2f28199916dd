import type { Hex } from "../../domain/hex.ts";
import { type Undertaking, listUndertakings } from "../../domain/decision/list-actions.ts";
import { sealDecision } from "../../domain/decision/seal.ts";
import { plan } from "../../domain/policy/plan.ts";
import { type PlanInput, planInputOf } from "../../domain/policy/plan-input.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import type { Observation } from "../../domain/world/observation.ts";
import { RelayerError, describeError } from "../../errors.ts";
import type { Hasher } from "../../ports/hasher.ts";
import type { AppContext } from "../context.ts";
import type { Instructor } from "../desk/instruct.ts";
import type { JournalWriter } from "../journal-writer.ts";
import type { QuorumPace } from "../quorum/pace.ts";
import type { Turns } from "../quorum/turns.ts";
import type { Actor } from "./act.ts";
import { STORM_MS, type StormGate, createStormGate } from "./storm.ts";

/** Decides what to do whenever the world changed, and from time to time. */
export interface Decider {
  /** Plans now, and carries out what comes of it. Does not wait for that. */
  decide(): void;
}

export interface DecidePorts {
  readonly policy: Policy;
  /** This node's own operator accounts. */
  readonly operators: readonly Hex[];
  readonly hasher: Hasher;
  readonly journal: JournalWriter;
  readonly actor: Actor;
  /** Null where no desk is told anything. */
  readonly instructor: Pick<Instructor, "consider"> | null;
  /** Null where this node has no peers. */
  readonly fleet: { readonly operators: readonly Hex[]; readonly turns: Turns; readonly pace: QuorumPace } | null;
}

/** With whose signatures: this node's alone, at once; or with its peers', who have to compute the decision again first. */
type Authority = "own" | "joint";

/** Listens to the ledger from now on. What chains report in one turn of the event loop is decided on together. */
export function createDecider(context: AppContext, ports: DecidePorts): Decider {
  const { ledger, clock, signal } = context;
  const gates = { own: createStormGate(clock), joint: createStormGate(clock) };
  let seenMs: number | null = null;
  let hasNews = false;
  let isWaiting = false;

  const decide = (): void => {
    const [since, isNews] = [seenMs, hasNews];
    [seenMs, hasNews] = [null, false];
    if (signal.aborted) return;
    const round = { ports, seenMs: since, gates, onHeld: decideLater };
    decideAs("own", context, round);
    // What the own signature brings is on its way by now, and the peers are asked for what it cannot.
    if (ports.fleet?.pace.isDue(isNews) === true) decideJointly(context, round);
  };
  /** What waits for company goes out when the time for it is over. */
  function decideLater(): void {
    if (isWaiting) return;
    isWaiting = true;
    void clock.sleep(STORM_MS, signal).then(() => {
      isWaiting = false;
      decideSafely();
    });
  }
  const decideSafely = (): void => {
    try {
      decide();
    } catch (error) {
      // Planning is total, so this is a bug. The next regular round tries again.
      context.metrics.failed("decide", describeError(error).code ?? "");
      context.log.error({ err: describeError(error) }, "decision failed");
    }
  };

  ledger.onChange(({ observation }) => {
    hasNews ||= observation.kind === "blocks-read" && observation.events.length > 0;
    if (!isCause(observation) || seenMs !== null) return;
    seenMs = clock.nowMs();
    // What several chains say in one turn of the event loop is one decision's worth.
    setImmediate(decideSafely);
  });
  return { decide: decideSafely };
}

interface Round {
  readonly ports: DecidePorts;
  readonly seenMs: number | null;
  readonly gates: Readonly<Record<Authority, StormGate>>;
  /** Called when something was left for later. */
  readonly onHeld: () => void;
  /** Whether to look at words only. */
  readonly isWithoutVenues?: boolean;
}

/**
 * What words alone say comes first: every node can compute that again at once. What risk says as well comes after it,
 * and needs peers that have read the same venues to the same blocks.
 */
function decideJointly(context: AppContext, round: Round): void {
  decideAs("joint", context, { ...round, isWithoutVenues: true });
  if (context.ledger.world.venues.size > 0) decideAs("joint", context, round);
}

function decideAs(authority: Authority, context: AppContext, round: Round): void {
  const { ports, seenMs, gates, onHeld, isWithoutVenues = false } = round;
  const { fleet, policy, hasher } = ports;
  const operators = authority === "joint" && fleet !== null ? fleet.operators : ports.operators;
  const whole = planInputOf(context.ledger.world, operators, context.clock.nowMs());
  const input = isWithoutVenues ? { ...whole, venues: NO_VENUES } : whole;
  const planned = plan(input, policy);
  if (planned === null) return;
  const sealed = sealDecision(planned, input, (of) => hasher.keccakUtf8(of));
  const { decision, text, hash } = sealed;
  ports.instructor?.consider(sealed, authority === "joint");
  const mine = listUndertakings(decision, hash).flatMap((all) => chooseOwn(all, authority, fleet));
  const undertakings = mine.flatMap((all) => holdBack(all, gates[authority], onHeld));
  if (undertakings.length > 0) undertake(context, ports, { authority, text, hash, undertakings, seenMs });
}

/** One and the same list, so that what is computed of it is computed once. */
const NO_VENUES: PlanInput["venues"] = [];

/** Leaves out the destinations that were told something as severe a moment ago. */
function holdBack(all: Undertaking, gate: StormGate, onHeld: () => void): readonly Undertaking[] {
  const { directive, actions } = all;
  if (directive.kind !== "raise") return [all];
  const chosen = directive.destinations.filter(({ eid }) => actions.some((action) => action.eid === eid));
  const going = chosen.filter((destination) => gate.admits(destination));
  if (going.length < chosen.length) onHeld();
  for (const destination of going) gate.note(destination);
  const left = actions.filter(({ eid }) => going.some((destination) => destination.eid === eid));
  return left.length === 0 ? [] : [{ ...all, actions: left }];
}

/**
 * What of an undertaking this node does now. All of it, where it has no peers. The decision stays whole: what must be
 * done is decided, who does it is not.
 */
function chooseOwn(all: Undertaking, authority: Authority, fleet: DecidePorts["fleet"]): readonly Undertaking[] {
  if (fleet === null) return [all];
  const { kind } = all.directive;
  // What can wait is signed by the quorum and lasts; alone, and for ten minutes, only while there is none.
  if (kind === "settle" && authority === "own" && fleet.pace.isAnswering) return [];
  const mine = all.directive.destinations.filter((destination) => fleet.turns.isMine(kind, destination));
  const actions = all.actions.filter(({ eid }) => mine.some((destination) => destination.eid === eid));
  return actions.length === 0 ? [] : [{ ...all, actions }];
}

/** Whether the observation can call for something new. A head that moved can wait for the next regular round. */
function isCause(observation: Observation): boolean {
  switch (observation.kind) {
    case "blocks-read":
      return observation.events.length > 0;
    case "snapshot-taken":
    case "rewound":
    case "resynchronised":
    case "action-abandoned":
      return true;
    default:
      return false;
  }
}

interface Taken {
  readonly authority: Authority;
  readonly text: string;
  readonly hash: Hex;
  readonly undertakings: readonly Undertaking[];
  readonly seenMs: number | null;
}

function undertake(
  { ledger, clock, metrics, log }: AppContext,
  { journal, actor }: DecidePorts,
  { authority, text, hash, undertakings, seenMs }: Taken,
): void {
  const atMs = clock.nowMs();
  const actions = undertakings.flatMap((undertaking) => undertaking.actions);
  const kinds = undertakings.map(({ directive }) => directive.kind);
  journal.write({ kind: "decision", atMs, hash, text });
  // Before anything is sent: from here on, planning counts it as on its way.
  for (const action of actions) ledger.record({ kind: "action-opened", action, atMs });
  metrics.decided(kinds);
  const destinations = actions.map(({ eid }) => eid);
  log.info({ decision: hash, authority, kinds, destinations }, "decision taken");
  const toSign = authority === "joint" ? text : null;
  actor.carryOut({ undertakings, seenMs, toSign }).catch((error: unknown) => {
    log.error({ decision: hash, err: describeError(RelayerError.from(error)) }, "decision not carried out");
  });
}
