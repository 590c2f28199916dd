import type { BenchGroup, Measurement } from "../measurement.ts";
import { createEthersScript } from "./ethers-script.ts";
import { type FanoutWorld, startFanoutWorld } from "./fanout-world.ts";
import { createFloor } from "./floor.ts";
import { createLadder } from "./ladder.ts";
import { timeBroadcast } from "./time-broadcast.ts";
import { createTripwire } from "./tripwire.ts";

/** Rounds of each contestant by number of destinations: a median needs no more, and large meshes take their time. */
const ROUNDS: Readonly<Record<number, number>> = { 5: 9, 20: 7, 100: 5 };
/** Not counted: connections are opened, code is compiled. */
const WARM_UP_ROUNDS = 1;

const BENCHES = Object.entries(ROUNDS).map(([destinations, rounds]) => ({
  name: `fanout.${destinations}`,
  destinations: Number(destinations),
  rounds,
}));

/** From the trip's log being visible to the last destination's transaction being broadcast, through the real process. */
export const fanoutBenches: BenchGroup = {
  names: BENCHES.map(({ name }) => name),
  async measure(wanted) {
    const measured: Measurement[] = [];
    for (const { name, destinations, rounds } of BENCHES) {
      if (!wanted.has(name)) continue;
      const world = await startFanoutWorld(destinations);
      try {
        measured.push({ bench: name, unit: "ms", ...(await measureRounds(world, rounds)) });
      } finally {
        await world.stop();
      }
    }
    return measured;
  },
};

/** Interleaved, so that whatever else the machine does meets all alike. */
async function measureRounds(world: FanoutWorld, rounds: number): Promise<Omit<Measurement, "bench" | "unit">> {
  const contestants = await createContestants(world);
  await world.relayer.settle();
  const times: Record<keyof Times, number[]> = { relayer: [], floor: [], script: [] };
  try {
    for (let round = 0; round < WARM_UP_ROUNDS + rounds; round += 1) {
      const each = await contestants.runRound();
      console.error(each);
      if (round < WARM_UP_ROUNDS) continue;
      for (const [name, ms] of Object.entries(each)) times[name as keyof Times].push(ms);
    }
  } finally {
    await contestants.close();
  }
  const [value, floor, script] = [times.relayer, times.floor, times.script].map(medianOf);
  return { value: value ?? NaN, floor: floor ?? NaN, peers: { "ethers, as it comes": script ?? NaN } };
}

interface Times {
  readonly relayer: number;
  readonly floor: number;
  readonly script: number;
}

async function createContestants(world: FanoutWorld) {
  const { source, destinations, relayer } = world;
  const tripwire = createTripwire(source);
  const floor = createFloor(world);
  const script = await createEthersScript(world);
  const [nextRelayed, nextOther] = [createLadder(), createLadder()];

  const timeRelayer = () =>
    timeBroadcast({
      destinations,
      hub: "relayed",
      begin: async () => ({ startMs: await tripwire.trip("relayed", nextRelayed()) }),
    });
  const timeFloor = () =>
    timeBroadcast({
      destinations,
      hub: "other",
      begin: () => Promise.resolve({ startMs: performance.now(), rest: floor.send(nextOther()) }),
    });
  const timeScript = () =>
    timeBroadcast({
      destinations,
      hub: "other",
      begin: async () => {
        const rest = script.answerNext();
        return { startMs: await tripwire.trip("other", nextOther()), rest };
      },
    });
  return {
    async runRound(): Promise<Times> {
      const relayed = await timeRelayer();
      await relayer.settle();
      relayer.pause();
      const others = { floor: await timeFloor(), script: await timeScript() };
      relayer.resume();
      await relayer.settle();
      return { relayer: relayed, ...others };
    },
    async close() {
      relayer.resume();
      tripwire.close();
      floor.close();
      await script.close();
    },
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
