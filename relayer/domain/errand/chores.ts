import type { Eid } from "../eid.ts";
import type { Hex } from "../hex.ts";
import { MARKETS, type Posture, isRegistered, ownRungs } from "../incident/posture.ts";
import { type Rungs, exceedsRungs, isCalm } from "../incident/rungs.ts";
import type { Errand } from "./errand.ts";

/** What a deployment offers keepers to do. */
export interface Chores {
  readonly sensors: readonly { readonly address: Hex; readonly markets: readonly number[] }[];
  /** Looks at one peer at a time. */
  readonly silenceSensors: readonly Hex[];
  readonly peers: readonly Eid[];
}

/** What is known of a hub at its head, besides its words. */
export interface HubFacts {
  readonly posture: Posture;
  readonly balanceWei: bigint;
  /** Markets that a broadcast would carry, a bit each. */
  readonly dueMarkets: number;
  readonly isHeartbeatDue: boolean;
}

export interface ChorePolicy {
  /** A sensor whose condition still holds is made to assert again after this time. Below half of the shortest lease. */
  readonly reassertSeconds: number;
  /** A sensor whose condition does not hold is poked so often, so that its history does not go stale; 0: never. */
  readonly refreshMs: number;
  /** Below this a hub is given coin. */
  readonly hubLowWei: bigint;
  readonly topUpWei: bigint;
}

/** What may be to do at a hub, most urgent first. Whether it is, says trying it: see {@link isWorthwhile}. */
export function listChores(hub: HubFacts, chores: Chores, policy: ChorePolicy): readonly Errand[] {
  const isDue = hub.dueMarkets !== 0 || hub.isHeartbeatDue;
  const broadcast: Errand[] = isDue ? [{ kind: "broadcast", isHeartbeat: hub.dueMarkets === 0 }] : [];
  const isLow = policy.topUpWei > 0n && hub.balanceWei < policy.hubLowWei;
  const topUp: Errand[] = isLow ? [{ kind: "top-up", wei: policy.topUpWei }] : [];
  const pokes = chores.sensors.flatMap(({ address: sensor, markets }) => {
    const known = markets.filter((market) => isRegistered(hub.posture, market));
    return known.map((market): Errand => ({ kind: "poke", sensor, market }));
  });
  const silences = chores.silenceSensors.flatMap((sensor) =>
    chores.peers.map((peer): Errand => ({ kind: "report-silence", sensor, peer })),
  );
  return [...topUp, ...broadcast, ...pokes, ...silences, ...listTight(hub.posture)];
}

/** A market that is calm has nothing to lift. */
function listTight(posture: Posture): readonly Errand[] {
  const markets = Array.from({ length: MARKETS }, (_, market) => market);
  const tight = markets.filter((market) => isRegistered(posture, market) && !isCalm(ownRungs(posture, market)));
  return tight.map((market) => ({ kind: "lift", market }));
}

/** What a sensor asserted last, as its chain says. */
export interface Asserted {
  readonly rungs: Rungs;
  /** Unix seconds; 0 before the first. */
  readonly at: number;
}

/** What trying an errand said. */
export interface Trial {
  readonly errand: Errand;
  /** What it returns, where that is rungs: those that a sensor would assert, those that a lift would leave. */
  readonly rungs: Rungs | null;
  /** Of the errand's sensor; null where it has none. */
  readonly last: Asserted | null;
  readonly hub: HubFacts;
  /** Time of the chain, unix seconds. */
  readonly time: number;
}

/** Whether doing it would change something: an errand that may succeed and yet do nothing is not sent. */
export function isWorthwhile({ errand, rungs, last, hub, time }: Trial, policy: ChorePolicy): boolean {
  if (errand.kind === "lift") return rungs !== null && rungs !== ownRungs(hub.posture, errand.market);
  if (errand.kind !== "poke" && errand.kind !== "report-silence") return true;
  if (rungs === null || isCalm(rungs)) return false;
  return last === null || exceedsRungs(rungs, last.rungs) || time >= last.at + policy.reassertSeconds;
}

/** Whether a sensor that has nothing to assert is poked all the same, so that its history does not go stale. */
export function isRefreshDue(errand: Errand, idleMs: number, { refreshMs }: ChorePolicy): boolean {
  return errand.kind === "poke" && refreshMs > 0 && idleMs >= refreshMs;
}
