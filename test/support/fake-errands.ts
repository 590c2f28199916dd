import { type Errand, errandId } from "../../relayer/domain/errand/errand.ts";
import type { HubFacts } from "../../relayer/domain/errand/chores.ts";
import type { Quote } from "../../relayer/domain/errand/judge.ts";
import { type Hex, hexOfInteger } from "../../relayer/domain/hex.ts";
import { rungs } from "./builders.ts";
import { RelayerError } from "../../relayer/errors.ts";
import type { TransactionReceipt } from "../../relayer/ports/chain.ts";
import type { Errands, Tried } from "../../relayer/ports/errands.ts";
import { postureOf, T0 } from "./builders.ts";

/** A chain on which there is always something to do, until it is told otherwise. */
export class FakeErrands implements Errands {
  readonly wallet: Hex = hexOfInteger(0xeen, 20);
  hub: HubFacts = { posture: postureOf([0, 1]), balanceWei: 10n ** 18n, dueMarkets: 0, isHeartbeatDue: false };
  quote: Quote = { gas: 100, gasPriceWei: 10n, rewardWei: 1_500n };
  /** Sensors whose pokes revert. */
  readonly reverting = new Set<Hex>();
  /** Refuses, or never answers, what is sent. */
  fault: "TX_REFUSED" | "RPC_UNAVAILABLE" | null = null;
  /** Whether there is anything to do at all. */
  isOpen: () => boolean = () => true;
  readonly sent: string[] = [];

  look() {
    return Promise.resolve({ hub: this.hub, time: T0 + 100_000, balanceWei: 10n ** 18n });
  }

  attempt(errand: Errand): Promise<Tried | null> {
    if ("sensor" in errand && this.reverting.has(errand.sensor)) return Promise.resolve(null);
    if (!this.isOpen()) return Promise.resolve({ rungs: rungs(0, 0), last: null, quote: this.quote });
    return Promise.resolve({ rungs: rungs(1, 1), last: null, quote: this.quote });
  }

  send(errand: Errand): Promise<{ txHash: Hex }> {
    if (this.fault !== null) return Promise.reject(new RelayerError(this.fault, "as the test says"));
    this.sent.push(errandId(errand));
    return Promise.resolve({ txHash: hexOfInteger(BigInt(this.sent.length), 32) });
  }

  receipt(): Promise<TransactionReceipt | null> {
    return Promise.resolve({ status: "success", blockNumber: 1 });
  }
}
