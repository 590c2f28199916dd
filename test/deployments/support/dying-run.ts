import { JsonRpcProvider, Network } from "ethers";

import type { NetworkRecord } from "../../../deployments/network-record.ts";
import type { RecordStore } from "../../../deployments/record-store.ts";

/** Where a process ends: just before something leaves it, or just after, when it never hears the answer. */
export interface Death {
  readonly of: "transaction" | "record";
  /** Counted from 0 over the whole run. */
  readonly at: number;
  readonly when: "before" | "after";
}

/** A process that dies once, at the given moment: from then on nothing of it reaches a chain or the disk. */
export interface DyingRun {
  provider(inner: JsonRpcProvider): JsonRpcProvider;
  store(inner: RecordStore): RecordStore;
  hasDied(): boolean;
}

export class ProcessDied extends Error {
  override readonly name = "ProcessDied";
}

export function createDyingRun(death: Death | null): DyingRun {
  let isDead = false;
  const seen = { transaction: 0, record: 0 };
  const refuseDead = () => {
    if (isDead) throw new ProcessDied();
  };
  const reach = (of: Death["of"]): Death["when"] | null => {
    refuseDead();
    const isThis = death?.of === of && death.at === seen[of]++;
    return isThis ? death.when : null;
  };
  const die = () => {
    isDead = true;
    refuseDead();
  };
  return {
    hasDied: () => isDead,
    provider: (inner) => new DyingProvider(inner, { refuseDead, reach: () => reach("transaction"), die }),
    store: (inner) => ({
      read: () => inner.read(),
      write(record: NetworkRecord) {
        const when = reach("record");
        if (when === "before") die();
        inner.write(record);
        if (when === "after") die();
      },
    }),
  };
}

interface Mortality {
  refuseDead(): void;
  reach(): Death["when"] | null;
  die(): void;
}

class DyingProvider extends JsonRpcProvider {
  readonly #inner: JsonRpcProvider;
  readonly #mortality: Mortality;

  constructor(inner: JsonRpcProvider, mortality: Mortality) {
    const network = Network.from(inner._network.chainId);
    super("http://dying.invalid", network, { staticNetwork: network, cacheTimeout: -1, batchMaxCount: 1 });
    this.#inner = inner;
    this.#mortality = mortality;
  }

  override async send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    const isTransaction = method === "eth_sendRawTransaction";
    this.#mortality.refuseDead();
    const when = isTransaction ? this.#mortality.reach() : null;
    if (when === "before") this.#mortality.die();
    const answer: unknown = await this.#inner.send(method, params);
    if (when === "after") this.#mortality.die();
    this.#mortality.refuseDead();
    return answer;
  }
}
