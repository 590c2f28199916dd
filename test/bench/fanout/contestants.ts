import { targetOf } from "./bench-chain.ts";
import { type BenchThread, startThread } from "./bench-thread.ts";
import type { DurableData } from "./durable-thread.ts";
import type { EthersData } from "./ethers-thread.ts";
import type { FanoutWorld } from "./fanout-world.ts";
import type { FloorData, FloorMessage } from "./floor-thread.ts";
import { createLadder } from "./ladder.ts";
import { type Delivery, timeDelivery } from "./time-delivery.ts";
import { createTripwire, type Trip } from "./tripwire.ts";

/** What one round gave: each contestant brought one raise to all destinations. */
export interface Round {
  readonly relayer: Delivery<Trip>;
  readonly script: Delivery<Trip>;
  /** Starts with the moment in which it was told to. */
  readonly floor: Delivery<number>;
  /** The relayer again, by nothing but its queue. Starts where the floor does; null where nobody asked. */
  readonly durable: Delivery<number> | null;
}

/** The relayer under test and what it is compared with, in one mesh, one after the other. */
export interface Contestants {
  runRound(): Promise<Round>;
  close(): Promise<void>;
}

export async function createContestants(world: FanoutWorld, isDurable: boolean): Promise<Contestants> {
  const { source, destinations, relayer, parameters, redisUrl } = world;
  const tripwire = createTripwire(source);
  const floorData: FloorData = { destinations: destinations.map(targetOf), parameters };
  const ethersData: EthersData = { ...floorData, source: targetOf(source) };
  const floor = await startThread(new URL("./floor-thread.ts", import.meta.url), floorData);
  const script = await startThread(new URL("./ethers-thread.ts", import.meta.url), ethersData);
  const durableData: DurableData = { eids: destinations.map(({ eid }) => eid), redisUrl, parameters };
  const durable = isDurable ? await startThread(new URL("./durable-thread.ts", import.meta.url), durableData) : null;
  const [nextRelayed, nextOther] = [createLadder(), createLadder()];

  const timeRelayer = () =>
    timeDelivery({
      destinations,
      hub: "relayed",
      begin: async () => ({ start: await tripwire.trip("relayed", nextRelayed()) }),
    });
  const timeScript = () =>
    timeDelivery({
      destinations,
      hub: "other",
      begin: async () => {
        const rest = script.run();
        return { start: await tripwire.trip("other", nextOther()), rest };
      },
    });
  const timeThread = (thread: BenchThread, hub: "relayed" | "other", message: object) =>
    timeDelivery({
      destinations,
      hub,
      begin: () => Promise.resolve({ start: performance.now(), rest: thread.run(message) }),
    });
  const timeFloor = async () => {
    await floor.run({ kind: "sign", step: nextOther() } satisfies FloorMessage);
    return timeThread(floor, "other", { kind: "send" } satisfies FloorMessage);
  };
  return {
    async runRound() {
      const relayed = await timeRelayer();
      await relayer.settle();
      const queued = durable === null ? null : await timeThread(durable, "relayed", nextRelayed());
      if (queued !== null) await relayer.settle();
      relayer.pause();
      const others = { floor: await timeFloor(), script: await timeScript() };
      relayer.resume();
      await relayer.settle();
      return { relayer: relayed, durable: queued, ...others };
    },
    async close() {
      relayer.resume();
      tripwire.close();
      await Promise.all([floor.stop(), script.stop(), durable?.stop()]);
    },
  };
}
