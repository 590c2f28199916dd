import { medianOf } from "../clocks.ts";
import type { BenchGroup, Measurement } from "../measurement.ts";
import { type Contestants, createContestants, type Round } from "./contestants.ts";
import { type FanoutWorld, startFanoutWorld } from "./fanout-world.ts";
import { type Delivery } from "./time-delivery.ts";
import { type Trip, visibleAfterMs } from "./tripwire.ts";

/** Rounds by number of destinations: a median needs no more, and large meshes take their time. */
const FANOUTS = [
  { destinations: 5, rounds: 9 },
  { destinations: 20, rounds: 7 },
  { destinations: 100, rounds: 5 },
] as const;
/** Not counted: connections are opened, code is compiled. */
const WARM_UP_ROUNDS = 1;

/**
 * From the trip's log being visible to the last destination's log of its acceptance, through the relayer as it is shipped:
 * its own process, real chains, real Redis. A mesh of its own for each size.
 */
export const fanoutBenches: readonly BenchGroup[] = FANOUTS.map(({ destinations, rounds }) => {
  const bench = `fanout.${String(destinations)}`;
  const durableBench = `fanout.durable.${String(destinations)}`;
  return {
    names: [bench, durableBench],
    async measure(wanted) {
      process.stderr.write(`${bench}: starting ${String(destinations + 1)} chains and a relayer\n`);
      const world = await startFanoutWorld(destinations);
      try {
        const results = await runRounds(world, { rounds, isDurable: wanted.has(durableBench) });
        const figures = { bench, unit: "ms", ...figuresOf(results) } as const;
        const durable = durableMsOf(results);
        if (durable === null) return [figures];
        const peers = { "at once and by the queue": figures.value, ...figures.peers };
        return [figures, { ...figures, bench: durableBench, value: durable, peers }];
      } finally {
        await world.stop();
      }
    },
  };
});

interface Rounds {
  readonly rounds: number;
  readonly isDurable: boolean;
}

/** Interleaved, so that whatever else the machine does meets all alike. */
async function runRounds(world: FanoutWorld, { rounds, isDurable }: Rounds): Promise<readonly Round[]> {
  const contestants: Contestants = await createContestants(world, isDurable);
  try {
    await world.relayer.settle();
    const results: Round[] = [];
    while (results.length < WARM_UP_ROUNDS + rounds) results.push(await contestants.runRound());
    return results.slice(WARM_UP_ROUNDS);
  } finally {
    await contestants.close();
  }
}

function figuresOf(rounds: readonly Round[]): Omit<Measurement, "bench" | "unit"> {
  const visibleMs = visibleAfterMs(rounds.flatMap(({ relayer, script }) => [relayer.start, script.start]));
  const sinceVisible = ({ start, lastMs }: Delivery<Trip>) => lastMs - start.postedMs - visibleMs;
  return {
    value: medianOf(rounds.map(({ relayer }) => sinceVisible(relayer))),
    floor: medianOf(rounds.map(({ floor }) => floor.lastMs - floor.start)),
    peers: { "ethers, as it comes": medianOf(rounds.map(({ script }) => sinceVisible(script))) },
  };
}

/** Signing, queueing and sending, from the word "go"; null where it was not measured. */
function durableMsOf(rounds: readonly Round[]): number | null {
  const measured = rounds.flatMap(({ durable }) => (durable === null ? [] : [durable.lastMs - durable.start]));
  return measured.length === 0 ? null : medianOf(measured);
}
