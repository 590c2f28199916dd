import { id, Interface } from "ethers";

import { roleWallet } from "../../../localnet/chains/accounts.ts";
import type { BenchChain } from "./bench-chain.ts";
import type { Step } from "./ladder.ts";
import { createConnections, postRaw } from "./post-raw.ts";
import { signCall } from "./sign-call.ts";

const ASSERTED = id("Asserted(uint64,uint8,address,uint8,uint8,uint8,uint256,uint256,uint256)");
const sensorInterface = new Interface(["function assertRungs(uint8 market, uint8 rungs)"]);

/** An account with a grant on the source, whose assertions set everything off. */
export interface Tripwire {
  /** Asserts `step`. @returns the moment in which an outsider sees the log */
  trip(hub: keyof BenchChain["hubs"], step: Step): Promise<number>;
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
      const raw = signCall(key, { chainId, to, data, nonce: nonce++ });
      const seen = watch.nextLog({ address: to, topic: ASSERTED });
      // Awaited below, unless sending fails; then that failure is the one to be told.
      seen.catch(() => undefined);
      await postRaw(connections, rpcUrl, raw);
      return (await seen).atMs;
    },
    close: () => connections.destroy(),
  };
}
