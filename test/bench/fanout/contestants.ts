import { targetOf } from "./bench-chain.ts";
import { startThread } from "./bench-thread.ts";
import type { EthersData } from "./ethers-thread.ts";
import type { FanoutWorld } from "./fanout-world.ts";
import type { FloorData } from "./floor-thread.ts";
import { createLadder } from "./ladder.ts";
import { type Broadcast, timeBroadcast } from "./time-broadcast.ts";
import { createTripwire, type Trip } from "./tripwire.ts";

/** What one round gave: each contestant brought one raise to all destinations. */
export interface Round {
  readonly relayer: Broadcast<Trip>;
  readonly script: Broadcast<Trip>;
  /** Starts with the moment in which it was told to. */
  readonly floor: Broadcast<number>;
}

/** The relayer under test and what it is compared with, in one mesh, one after the other. */
export interface Contestants {
  runRound(): Promise<Round>;
  close(): Promise<void>;
}

export async function createContestants(world: FanoutWorld): Promise<Contestants> {
  const { source, destinations, relayer, parameters } = world;
  const tripwire = createTripwire(source);
  const floorData: FloorData = { destinations: destinations.map(targetOf), parameters };
  const ethersData: EthersData = { ...floorData, source: targetOf(source) };
  const floor = await startThread(new URL("./floor-thread.ts", import.meta.url), floorData);
  const script = await startThread(new URL("./ethers-thread.ts", import.meta.url), ethersData);
  const [nextRelayed, nextOther] = [createLadder(), createLadder()];

  const timeRelayer = () =>
    timeBroadcast({
      destinations,
      hub: "relayed",
      begin: async () => ({ start: await tripwire.trip("relayed", nextRelayed()) }),
    });
  const timeScript = () =>
    timeBroadcast({
      destinations,
      hub: "other",
      begin: async () => {
        const rest = script.run();
        return { start: await tripwire.trip("other", nextOther()), rest };
      },
    });
  const timeFloor = () =>
    timeBroadcast({
      destinations,
      hub: "other",
      begin: () => Promise.resolve({ start: performance.now(), rest: floor.run(nextOther()) }),
    });
  return {
    async runRound() {
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
      await Promise.all([floor.stop(), script.stop()]);
    },
  };
}
