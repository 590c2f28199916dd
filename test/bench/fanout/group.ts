import { medianOf } from "../clocks.ts";
import type { BenchGroup, Measurement } from "../measurement.ts";
import { type Contestants, createContestants, type Round } from "./contestants.ts";
import { type FanoutWorld, startFanoutWorld } from "./fanout-world.ts";
import { type Broadcast } from "./time-broadcast.ts";
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
 * From the trip's log being visible to the last destination's transaction being broadcast, through the relayer as it is
 * shipped: its own process, real chains, real Redis. A mesh of its own for each size.
 */
export const fanoutBenches: readonly BenchGroup[] = FANOUTS.map(({ destinations, rounds }) => {
  const bench = `fanout.${String(destinations)}`;
  return {
    names: [bench],
    async measure() {
      process.stderr.write(`${bench}: starting ${String(destinations + 1)} chains and a relayer\n`);
      const world = await startFanoutWorld(destinations);
      try {
        return [{ bench, unit: "ms", ...figuresOf(await runRounds(world, rounds)) }];
      } finally {
        await world.stop();
      }
    },
  };
});

/** Interleaved, so that whatever else the machine does meets all alike. */
async function runRounds(world: FanoutWorld, rounds: number): Promise<readonly Round[]> {
  const contestants: Contestants = await createContestants(world);
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
  const sinceVisible = ({ start, lastMs }: Broadcast<Trip>) => lastMs - start.postedMs - visibleMs;
  return {
    value: medianOf(rounds.map(({ relayer }) => sinceVisible(relayer))),
    floor: medianOf(rounds.map(({ floor }) => floor.lastMs - floor.start)),
    peers: { "ethers, as it comes": medianOf(rounds.map(({ script }) => sinceVisible(script))) },
  };
}
