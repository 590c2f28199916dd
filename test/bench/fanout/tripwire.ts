import { id, Interface } from "ethers";

import { roleWallet } from "../../../localnet/chains/accounts.ts";
import type { BenchChain } from "./bench-chain.ts";
import type { Step } from "./ladder.ts";
import { createConnections, postRaw } from "./post-raw.ts";
import { signCall } from "./sign-call.ts";

const ASSERTED = id("Asserted(uint64,uint8,address,uint8,uint8,uint8,uint256,uint256,uint256)");
const sensorInterface = new Interface(["function assertRungs(uint8 market, uint8 rungs)"]);

/** When an assertion was handed to the source's node, and when its log was seen from outside. */
export interface Trip {
  readonly postedMs: number;
  readonly seenMs: number;
}

/** An account with a grant on the source, whose assertions set everything off. */
export interface Tripwire {
  /** Asserts `step` and waits until the log is seen. */
  trip(hub: keyof BenchChain["hubs"], step: Step): Promise<Trip>;
  close(): void;
}

export function createTripwire({ chainId, hubs, rpcUrl, watch }: BenchChain): Tripwire {
  const key = roleWallet("user").signingKey;
  const connections = createConnections();
  let nonce = 0;
  return {
    async trip(hub, { market, rungs }) {
      const to = hubs[hub];
      const data = sensorInterface.encodeFunctionData("assertRungs", [market, rungs]);
      const raw = signCall(key, { chainId, to, data, nonce });
      nonce += 1;
      const seen = watch.nextLog({ address: to, topic: ASSERTED });
      // Awaited below, unless sending fails; then that failure is the one to be told.
      seen.catch(() => undefined);
      const postedMs = performance.now();
      await postRaw(connections, rpcUrl, raw);
      return { postedMs, seenMs: (await seen).atMs };
    },
    close: () => connections.destroy(),
  };
}

/**
 * How long after it was handed over an assertion is visible: the quickest that was seen. The node's work is the same each
 * time, so what others took longer was this process waiting for the processor, and that shall flatter nobody.
 */
export function visibleAfterMs(trips: readonly Trip[]): number {
  return Math.min(...trips.map(({ postedMs, seenMs }) => seenMs - postedMs));
}
