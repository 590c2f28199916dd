import type { Eid } from "../../relayer/domain/eid.ts";
import type { Hex } from "../../relayer/domain/hex.ts";
import type { SignedDirective } from "../../relayer/domain/incident/directive.ts";
import type { Entry } from "../../relayer/domain/incident/entry.ts";
import type { HubEvent, Path, Refusal } from "../../relayer/domain/incident/hub-event.ts";
import type { Limits } from "../../relayer/domain/incident/limits.ts";
import { unpackEntries } from "../../relayer/domain/incident/payload.ts";
import { type Posture, posture } from "../../relayer/domain/incident/posture.ts";
import { type Rungs, breakerOf, marginOf } from "../../relayer/domain/incident/rungs.ts";
import { type Word, word } from "../../relayer/domain/incident/word.ts";
import type { HubState } from "../../relayer/domain/world/hub-state.ts";
import { LEASES, LIMITS, OPERATORS, SENSOR } from "./builders.ts";
import {
  NAIVE_EMPTY,
  NAIVE_REGISTERED,
  type NaiveWord,
  fromNaive,
  mapNaive,
  naiveInForce,
  naiveIsUpTo,
  naiveMerge,
  naiveStamped,
  toNaive,
} from "./naive-word.ts";

const MARKET_COUNT = 32;
const SKEW = 300;
const SOLO = 600;
const MAX_DEADLINE = 900;

interface Pair {
  readonly breaker: number;
  readonly margin: number;
}

interface Inside {
  seq: number;
  mesh: NaiveWord[];
  local: NaiveWord[];
  /** Rungs by market; null where it is not registered. */
  rungs: (Pair | null)[];
  limits: Limits;
  operators: Hex[];
  accepted: Hex[];
}

type Unnumbered = HubEvent extends infer Event ? (Event extends HubEvent ? Omit<Event, "seq"> : never) : never;

/**
 * What `IncidentHub` does, told a second time on plain lists of numbers. A model, not a mock: words, refusals, clipping
 * and events follow the contract's text. Values only, so a fork is a copy.
 */
export class ModelHub {
  readonly eid: Eid;
  #inside: Inside;
  #events: HubEvent[] = [];

  constructor(eid: Eid, markets: readonly number[] = [0, 1], inside?: Inside) {
    this.eid = eid;
    this.#inside = inside ?? emptyInside();
    if (inside !== undefined) return;
    for (const operator of OPERATORS) this.setOperator(operator, true);
    this.setLimits(LIMITS);
    for (const market of markets) this.register(market);
  }

  /** A hub that is in `state`. Its posture is what its words say at `time`. */
  static of(eid: Eid, state: HubState, time: number): ModelHub {
    const mesh = state.meshWords.map(toNaive);
    const registered = mesh.map((_, market) => (state.posture >> BigInt(market * 8 + 7)) % 2n === 1n);
    return new ModelHub(eid, [], {
      seq: state.seq,
      mesh,
      local: state.localWords.map(toNaive),
      rungs: mesh.map((of, market) => (registered[market] === true ? naiveInForce(of, toNaive(LEASES), time) : null)),
      limits: state.limits,
      operators: [...state.operators],
      accepted: [],
    });
  }

  copy(): ModelHub {
    return new ModelHub(this.eid, [], structuredClone(this.#inside));
  }

  /** Events since the last call. */
  takeEvents(): readonly HubEvent[] {
    const taken = this.#events;
    this.#events = [];
    return taken;
  }

  state(): HubState {
    const { seq, mesh, local, limits, operators } = this.#inside;
    return {
      seq,
      meshWords: mesh.map(asWord),
      localWords: local.map(asWord),
      posture: this.#posture(),
      leases: LEASES,
      limits,
      operators: [...operators],
    };
  }

  /** Decisions whose directives were accepted, in order. */
  get accepted(): readonly Hex[] {
    return this.#inside.accepted;
  }

  register(market: number): void {
    this.#inside.mesh[market] = NAIVE_REGISTERED;
    this.#inside.local[market] = NAIVE_REGISTERED;
    this.#inside.rungs[market] = { breaker: 0, margin: 0 };
    this.#emit({ kind: "market-registered", market, posture: this.#posture() });
  }

  setOperator(operator: Hex, isActive: boolean): void {
    const others = this.#inside.operators.filter((known) => known !== operator);
    this.#inside.operators = isActive ? [...others, operator] : others;
    this.#emit({ kind: "operator-set", operator, isActive });
  }

  setLimits(limits: Limits): void {
    this.#inside.limits = limits;
    this.#emit({ kind: "limits-set", limits });
  }

  /** A sensor whose mesh and local rungs are the same asserts. */
  assertRungs(market: number, rungs: Rungs, time: number): void {
    const before = this.#mesh(market);
    const asserted = naiveStamped(breakerOf(rungs), marginOf(rungs), time);
    const merged = naiveMerge(before, asserted);
    if (isEqual(before, merged)) return;
    this.#inside.mesh[market] = merged;
    this.#tighten(market, { breaker: breakerOf(rungs), margin: marginOf(rungs) });
    this.#emit({
      kind: "asserted",
      market,
      sensor: SENSOR,
      cause: "price",
      local: rungs,
      mesh: rungs,
      localWord: asWord(NAIVE_EMPTY),
      meshWord: asWord(merged),
      posture: this.#posture(),
    });
  }

  /** Why the transaction reverts, or null when it does not. */
  submit({ directive, signatures }: SignedDirective, time: number): string | null {
    const { operators, limits } = this.#inside;
    if (directive.deadline < time || directive.deadline > time + MAX_DEADLINE + SKEW) return "InvalidDeadline";
    if (signatures.length === 0) return "InvalidSignatures";
    const isKnown = signatures.every(({ signer }) => operators.includes(signer));
    const isAscending = signatures.every(({ signer }, at) => at === 0 || signer > (signatures[at - 1]?.signer ?? "0x"));
    if (!isKnown || !isAscending) return "NotOperator";
    const isQuorum = signatures.length >= limits.quorum;
    const path: Path = isQuorum ? "quorum" : "solo";
    const entries = unpackEntries(directive.entries);
    if (entries === null) {
      this.#emit({ kind: "message-refused", srcEid: this.eid, path, refusal: "bad-length", messageHash: "0x" });
      return null;
    }
    this.#inside.accepted.push(directive.decision);
    const { decision } = directive;
    const ceiling = isQuorum ? limits.quorumCeiling : limits.soloCeiling;
    const from = { srcEid: this.eid, path, ceiling, time, decision };
    const merged = entries.map((entry) => this.#mergeEntry(entry, from));
    if (!merged.includes(true)) this.#emit({ kind: "nothing-merged", decision });
    return null;
  }

  /** A message of a peer arrives over LayerZero. */
  receive(
    message: { srcEid: Eid; srcSeq: number; isHeartbeat: boolean; entries: readonly Entry[] },
    time: number,
  ): void {
    const { srcEid, srcSeq, isHeartbeat, entries } = message;
    this.#emit({ kind: "heard", srcEid, srcSeq, isHeartbeat });
    const ceiling = this.#inside.limits.peerCeiling;
    for (const entry of entries) this.#mergeEntry(entry, { srcEid, path: "layerzero", ceiling, time, decision: null });
  }

  lift(market: number, time: number): void {
    const mesh = naiveInForce(this.#mesh(market), toNaive(LEASES), time);
    const local = naiveInForce(this.#inside.local[market] ?? NAIVE_EMPTY, toNaive(LEASES), time);
    const inForce = { breaker: Math.max(mesh.breaker, local.breaker), margin: Math.max(mesh.margin, local.margin) };
    const before = this.#inside.rungs[market];
    if (before?.breaker === inForce.breaker && before.margin === inForce.margin) return;
    this.#inside.rungs[market] = inForce;
    this.#emit({ kind: "lifted", market, inForce: asRungs(inForce), posture: this.#posture() });
  }

  /** The council's void, which binds this hub alone. */
  voidMarket(market: number, asOf: number): void {
    const raised = (of: NaiveWord): NaiveWord => mapNaive(of, (lane, index) => (index === 0 ? asOf : lane));
    const [mesh, local] = [raised(this.#mesh(market)), raised(this.#inside.local[market] ?? NAIVE_EMPTY)];
    this.#inside.mesh[market] = mesh;
    this.#inside.local[market] = local;
    this.#emit({ kind: "voided", market, asOf, meshWord: asWord(mesh), localWord: asWord(local) });
  }

  /** Whether the word changed. */
  #mergeEntry(
    { market, word: of }: Entry,
    from: { srcEid: Eid; path: Path; ceiling: Rungs; time: number; decision: Hex | null },
  ): boolean {
    const entry = mapNaive(toNaive(of), (lane, index) => (index === 0 ? 0 : lane));
    if ((this.#inside.rungs[market] ?? null) === null) {
      this.#refuse(market, toNaive(of), { ...from, refusal: "unknown-market" });
      return false;
    }
    const isAllowed = (index: number): boolean => naiveIsUpTo(index, breakerOf(from.ceiling), marginOf(from.ceiling));
    const isOnTime = (lane: number): boolean => lane <= from.time + SKEW;
    this.#refuse(
      market,
      keep(entry, (_, index) => !isAllowed(index)),
      { ...from, refusal: "above-ceiling" },
    );
    const allowed = keep(entry, (_, index) => isAllowed(index));
    this.#refuse(
      market,
      keep(allowed, (lane) => !isOnTime(lane)),
      { ...from, refusal: "ahead-of-time" },
    );
    const leases = toNaive(LEASES);
    const accepted = mapNaive(keep(allowed, isOnTime), (lane, index) => {
      return from.path === "solo" ? Math.min(lane, from.time + SOLO - (leases[index] ?? 0)) : lane;
    });
    const before = this.#mesh(market);
    const merged = naiveMerge(before, accepted);
    if (isEqual(before, merged)) return false;
    this.#inside.mesh[market] = merged;
    this.#tighten(market, naiveInForce(merged, leases, from.time));
    const { path, decision } = from;
    this.#emit({ kind: "merged", market, path, decision, meshWord: asWord(merged), posture: this.#posture() });
    return true;
  }

  #refuse(market: number, lanes: NaiveWord, from: { srcEid: Eid; path: Path; refusal: Refusal }): void {
    if (isEqual(lanes, NAIVE_EMPTY)) return;
    const { srcEid, path, refusal } = from;
    this.#emit({ kind: "lanes-refused", market, srcEid, path, refusal, lanes: asWord(lanes) });
  }

  #mesh(market: number): NaiveWord {
    return this.#inside.mesh[market] ?? NAIVE_EMPTY;
  }

  #tighten(market: number, to: Pair): void {
    const was = this.#inside.rungs[market] ?? { breaker: 0, margin: 0 };
    const now = { breaker: Math.max(was.breaker, to.breaker), margin: Math.max(was.margin, to.margin) };
    this.#inside.rungs[market] = now;
  }

  #posture(): Posture {
    const bytes = this.#inside.rungs.map((pair) => (pair === null ? 0 : 0x80 + pair.breaker * 16 + pair.margin));
    return posture(
      BigInt(
        `0x${bytes
          .toReversed()
          .map((byte) => byte.toString(16).padStart(2, "0"))
          .join("")}`,
      ),
    );
  }

  #emit(event: Unnumbered): void {
    this.#inside.seq += 1;
    this.#events.push({ ...event, seq: this.#inside.seq } as HubEvent);
  }
}

function emptyInside(): Inside {
  return {
    seq: 0,
    mesh: Array.from({ length: MARKET_COUNT }, () => NAIVE_EMPTY),
    local: Array.from({ length: MARKET_COUNT }, () => NAIVE_EMPTY),
    rungs: Array.from({ length: MARKET_COUNT }, () => null),
    limits: LIMITS,
    operators: [],
    accepted: [],
  };
}

function keep(of: NaiveWord, isKept: (lane: number, index: number) => boolean): NaiveWord {
  return mapNaive(of, (lane, index) => (isKept(lane, index) ? lane : 0));
}

function isEqual(a: NaiveWord, b: NaiveWord): boolean {
  return a.every((lane, index) => lane === b[index]);
}

function asWord(of: NaiveWord): Word {
  return word(fromNaive(of));
}

function asRungs({ breaker, margin }: Pair): Rungs {
  return (breaker * 16 + margin) as Rungs;
}
