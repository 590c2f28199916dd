import type { FaultName } from "../faults/fault-names.ts";
import type { Localnet } from "../start-localnet.ts";

/** When process faults are done, and undone. */
export interface FaultMoments {
  beforeReplay(): Promise<void>;
  onFirstTrip(): Promise<void>;
  /** Rungs begin to come down: what was taken away comes back. */
  onRecovery(): Promise<void>;
}

export interface ProcessFaultOptions {
  readonly localnet: Localnet;
  readonly faults: readonly FaultName[];
  /** Names of chains that are down, kept up to date here. */
  readonly down: Set<string>;
  readonly onChainBack: (chain: string) => Promise<void>;
  readonly onChainGone: (chain: string) => void;
  readonly say: (line: string) => void;
}

export function createProcessFaults(options: ProcessFaultOptions): FaultMoments {
  const { localnet, faults, say } = options;
  const has = (name: FaultName): boolean => faults.includes(name);
  return {
    async beforeReplay() {
      if (has("relayer-dead")) {
        await Promise.all(localnet.relayers.map((relayer) => relayer.kill()));
        say("fault: the relayer is killed");
      }
      if (has("redis-down")) {
        await localnet.redis.kill();
        say("fault: Redis is killed");
      }
      if (has("chain-down")) await takeDown(options);
    },
    async onFirstTrip() {
      if (!has("redis-wiped")) return;
      await localnet.redis.flush();
      say("fault: Redis loses every key");
    },
    async onRecovery() {
      if (has("redis-down")) {
        await localnet.redis.restart();
        say("Redis is back");
      }
      if (has("chain-down")) await bringBack(options);
    },
  };
}

/** The last chain: never the one whose prices are fed. */
async function takeDown({ localnet, down, onChainGone, say }: ProcessFaultOptions): Promise<void> {
  const victim = localnet.chains.at(-1);
  if (!victim) return;
  onChainGone(victim.name);
  await victim.stop();
  down.add(victim.name);
  say(`fault: ${victim.name} stops`);
}

async function bringBack({ localnet, down, onChainBack, say }: ProcessFaultOptions): Promise<void> {
  for (const chain of localnet.chains.filter(({ name }) => down.has(name))) {
    await chain.start();
    down.delete(chain.name);
    await onChainBack(chain.name);
    say(`${chain.name} is back`);
  }
}
