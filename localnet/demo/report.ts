import {
  BREAKER_RUNGS,
  MARGIN_RUNGS,
  type Rungs,
  breakerOf,
  exceedsRungs,
  isCalm,
  marginOf,
  nameRungs,
} from "../../relayer/domain/incident/rungs.ts";
import { type HouseAtStage, findHouseFaults } from "./house-answer.ts";

/** What one chain held when a stage was looked at. */
export interface ChainAtStage {
  readonly chain: string;
  /** keccak256 of its mesh words, or null while the chain is down. */
  readonly meshDigest: string | null;
  /** Rungs in its posture for the demo's market. */
  readonly rungs: Rungs;
}

export interface Stage {
  readonly name: string;
  /** Chain time, unix seconds. */
  readonly time: number;
  readonly chains: readonly ChainAtStage[];
  /** Of chains that run. */
  readonly houses: readonly HouseAtStage[];
}

/** A sensor raised the market's rungs. */
export interface Trip {
  readonly chain: string;
  readonly market: number;
  readonly rungs: Rungs;
  /** Decimal, in the quote currency. */
  readonly price: string;
  /** Chain time of the assertion, unix seconds. */
  readonly time: number;
}

/** Wall milliseconds from the assertion being visible to the entry having arrived, null where it did not. */
export interface Arrival {
  readonly chain: string;
  readonly directMs: number | null;
  readonly layerzeroMs: number | null;
}

export interface TripReport extends Trip {
  readonly arrivals: readonly Arrival[];
}

/** Transactions on all chains, by what they were for. */
export interface TransactionCounts {
  readonly directives: number;
  readonly verifications: number;
  readonly commits: number;
  readonly executions: number;
  readonly broadcasts: number;
  readonly lifts: number;
}

export interface DemoRun {
  readonly chains: readonly { readonly name: string; readonly eid: number; readonly chainId: number }[];
  readonly trips: readonly TripReport[];
  readonly stages: readonly Stage[];
  readonly faults: readonly string[];
  /** Paths that the chosen faults leave alive: what must have worked. */
  readonly expects: { readonly direct: boolean; readonly layerzero: boolean };
  /** Of all deposits, what may leave a house in an hour at each breaker rung. */
  readonly withdrawalLimitsPpm: readonly number[];
  readonly transactions: TransactionCounts;
  readonly seed: number;
  readonly data: string;
  readonly durationMs: number;
}

/**
 * What is wrong with a run, in words; nothing when every chain agreed at every stage.
 * Agreement is equal mesh words and equal postures, and houses that do what the posture says; the last stage has to be
 * calm, and a path that no fault took away has to have reached every other chain.
 */
export function findFailures(run: DemoRun): readonly string[] {
  const failures: string[] = [];
  if (run.trips.length === 0) failures.push("no sensor tripped on this data");
  for (const stage of run.stages) failures.push(...disagreementsAt(stage), ...houseFaultsAt(stage, run));

  const last = run.stages.at(-1);
  if (last?.chains.some(({ rungs }) => !isCalm(rungs))) {
    failures.push(`${last.name}: not every chain came back to normal`);
  }
  for (const trip of run.trips) {
    const missing = (path: "directMs" | "layerzeroMs", what: string) =>
      trip.arrivals
        .filter((arrival) => arrival[path] === null)
        .map(({ chain }) => `${nameRungs(trip.rungs)}: ${what} ${chain}`);
    if (run.expects.direct) failures.push(...missing("directMs", "no directive reached"));
    if (run.expects.layerzero) failures.push(...missing("layerzeroMs", "LayerZero did not reach"));
  }
  return failures;
}

function disagreementsAt({ name, chains }: Stage): readonly string[] {
  const alive = chains.filter(({ meshDigest }) => meshDigest !== null);
  const digests = new Set(alive.map(({ meshDigest }) => meshDigest));
  const postures = new Set(alive.map(({ rungs }) => rungs));
  return [
    ...(digests.size > 1 ? [`${name}: the mesh words differ`] : []),
    ...(postures.size > 1 ? [`${name}: the postures differ`] : []),
  ];
}

function houseFaultsAt({ name, chains, houses }: Stage, { withdrawalLimitsPpm }: DemoRun): readonly string[] {
  return houses.flatMap((house) => {
    const rungs = chains.find(({ chain }) => chain === house.chain)?.rungs;
    if (rungs === undefined) return [`${name}: nobody asked the hub of ${house.chain}`];
    return findHouseFaults(house, rungs, withdrawalLimitsPpm).map((fault) => `${name}: ${house.chain}: ${fault}`);
  });
}

/** The object that `--json` prints. */
export function toJson(run: DemoRun): object {
  const failures = findFailures(run);
  const trip = severestTrip(run.trips);
  return {
    verdict: failures.length === 0 ? "converged" : failures.join("; "),
    chains: run.chains,
    trip: trip ? factsOf(trip) : null,
    timeToTightenMs: trip ? timesOf(trip) : {},
    trips: run.trips.map((each) => ({ ...factsOf(each), timeToTightenMs: timesOf(each) })),
    digests: byStage(run.stages, ({ meshDigest }) => meshDigest),
    postures: byStage(run.stages, ({ rungs }) => namesOf(rungs)),
    houses: Object.fromEntries(run.stages.map(({ name, houses }) => [name, answersOf(houses)])),
    faults: run.faults,
    transactions: run.transactions,
    seed: run.seed,
    data: run.data,
    durationMs: Math.round(run.durationMs),
  };
}

/** The first trip to reach the severest rungs of the run: what people mean by "the trip". */
export function severestTrip(trips: readonly TripReport[]): TripReport | undefined {
  return trips.reduce<TripReport | undefined>(
    (severest, trip) => (severest && !exceedsRungs(trip.rungs, severest.rungs) ? severest : trip),
    undefined,
  );
}

function factsOf({ chain, market, rungs, price, time }: Trip): object {
  return { chain, market, ...namesOf(rungs), price, time };
}

function namesOf(rungs: Rungs): { rung: string; margin: string } {
  return { rung: BREAKER_RUNGS[breakerOf(rungs)] ?? "", margin: MARGIN_RUNGS[marginOf(rungs)] ?? "" };
}

function answersOf(houses: readonly HouseAtStage[]): object {
  return Object.fromEntries(
    houses.map(({ chain, opens, closes, deposits, withdrawablePpm }) => [
      chain,
      { opens, closes, deposits, withdrawablePpm },
    ]),
  );
}

function timesOf({ arrivals }: TripReport): object {
  return Object.fromEntries(
    arrivals.map(({ chain, directMs, layerzeroMs }) => [chain, { direct: directMs, layerzero: layerzeroMs }]),
  );
}

function byStage<T>(stages: readonly Stage[], pick: (chain: ChainAtStage) => T): Record<string, Record<string, T>> {
  return Object.fromEntries(
    stages.map((stage) => [stage.name, Object.fromEntries(stage.chains.map((chain) => [chain.chain, pick(chain)]))]),
  );
}
