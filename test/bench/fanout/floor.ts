import { roleWallet } from "../../../localnet/chains/accounts.ts";
import { encodeSubmit, quorumOf } from "./directive.ts";
import type { FanoutWorld } from "./fanout-world.ts";
import type { Step } from "./ladder.ts";
import { createConnections, postRaw } from "./post-raw.ts";
import { signCall } from "./sign-call.ts";

/**
 * Signing and sending alone: what to say is given, every nonce and fee known, every connection open, the code warm. One
 * directive is signed by a quorum and one transaction for each destination, and each goes out as one bare request.
 */
export interface Floor {
  /** Raises `step` on every destination. Resolves when every node has answered. */
  send(step: Step): Promise<void>;
  close(): void;
}

const WARM_UP_ROUNDS = 100;

export function createFloor({ destinations, parameters }: Pick<FanoutWorld, "destinations" | "parameters">): Floor {
  const { signingKey, address } = roleWallet("relayer1");
  const signing = { parameters, quorum: quorumOf() };
  const connections = createConnections();
  let nonce = 0;

  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    const data = encodeSubmit({ market: 0, rungs: 0, lane: 1 }, signing);
    signCall(signingKey, { chainId: 1, to: address, data, nonce });
  }
  return {
    async send(step) {
      const data = encodeSubmit(step, signing);
      const sent = destinations.map(({ chainId, hubs, rpcUrl }) =>
        postRaw(connections, rpcUrl, signCall(signingKey, { chainId, to: hubs.other, data, nonce })),
      );
      nonce += 1;
      await Promise.all(sent);
    },
    close: () => connections.destroy(),
  };
}
