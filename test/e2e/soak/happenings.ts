import { createHash } from "node:crypto";

import { CAUTION_M1, HALTED_M3, REDUCE_ONLY_M2, type TestHub } from "../../localnet/support/hubs.ts";
import { type Scenario } from "../support/scenario.ts";

/** Numbers in [0, 1) that follow from the seed alone, in the order in which they are asked for. */
export type Draw = () => number;

export function createDraw(seed: number): Draw {
  let drawn = 0;
  return () => {
    drawn += 1;
    return createHash("sha256").update(`${seed}/${drawn}`).digest().readUIntBE(0, 6) / 2 ** 48;
  };
}

/** What was done, by name. */
export type Done = Record<"incidents" | "relayerKills" | "redisKills" | "redisWipes" | "chainStops", number>;

export function createHappenings(scene: Scenario, draw: Draw) {
  const done: Done = { incidents: 0, relayerKills: 0, redisKills: 0, redisWipes: 0, chainStops: 0 };
  const { localnet, hubs } = scene;
  const pick = <T>(of: readonly T[]): T => of[Math.floor(draw() * of.length)] as T;
  const [, replica] = localnet.relayers;
  let stopped: TestHub | null = null;

  return {
    done,
    /** Some market tightens somewhere, and LayerZero carries it as well. Mostly less than a halt: those have a budget. */
    async incident(): Promise<void> {
      const running = hubs.filter((hub) => hub !== stopped);
      const rungs = pick([CAUTION_M1, CAUTION_M1, REDUCE_ONLY_M2, REDUCE_ONLY_M2, HALTED_M3]);
      await pick(running).assert(pick([1, 2, 3]), rungs);
      await scene.deliver(stopped === null ? [] : [stopped]);
      done.incidents += 1;
    },
    /** One process less, until {@link mend}. */
    async fault(): Promise<void> {
      const kind = pick(["relayer", "relayer", "redis", "wipe", "chain"] as const);
      if (kind === "relayer") await replica?.kill();
      else if (kind === "redis") await localnet.redis.kill();
      else if (kind === "wipe") await localnet.redis.flush();
      else {
        stopped = pick(hubs);
        await stopped.chain.stop();
      }
      done[COUNTED[kind]] += 1;
    },
    async mend(): Promise<void> {
      if (!localnet.redis.isRunning()) await localnet.redis.restart();
      if (stopped !== null) await stopped.chain.start();
      stopped = null;
      if (replica?.isRunning() !== false) return;
      await replica.start();
      await replica.waitReady();
    },
  };
}

const COUNTED = {
  relayer: "relayerKills",
  redis: "redisKills",
  wipe: "redisWipes",
  chain: "chainStops",
} as const satisfies Record<string, keyof Done>;
