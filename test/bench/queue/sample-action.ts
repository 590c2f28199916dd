import { id as keccakOf } from "ethers";

import { roleWallet, operatorWallet } from "../../../localnet/chains/accounts.ts";
import { actionId } from "../../../relayer/domain/action/action.ts";
import type { Eid } from "../../../relayer/domain/eid.ts";
import type { Hex } from "../../../relayer/domain/hex.ts";
import { packEntries } from "../../../relayer/domain/incident/payload.ts";
import { singleLane } from "../../../relayer/domain/incident/word.ts";
import type { DecisionBatch } from "../../../relayer/ports/queue.ts";

const DEADLINE = 2_000_000_000;
const ENTRY = { market: 1, word: singleLane(3, 1_900_000_000) };
const ENTRIES = packEntries([ENTRY]);
const [first, second] = [operatorWallet(0), operatorWallet(1)];

/** Signatures that look like a quorum's: nobody checks them here, and their length is right. */
const SIGNATURES = [first, second].map(({ address, signingKey }) => ({
  signer: address.toLowerCase() as Hex,
  signature: signingKey.sign(keccakOf(roleWallet("user").address)).serialized as Hex,
}));

/** A decision no queue has seen, with one urgent action for each of `destinations`. */
export function sampleBatch(name: string, destinations: readonly Eid[]): DecisionBatch {
  const decision = keccakOf(name) as Hex;
  const signed = { directive: { decision, deadline: DEADLINE, entries: ENTRIES }, signatures: SIGNATURES };
  const actions = destinations.map((eid) => ({
    action: {
      id: actionId(decision, 0, eid),
      decision,
      kind: "raise",
      eid,
      deadline: DEADLINE,
      needs: [ENTRY],
    } as const,
    signed,
    delayMs: 0,
  }));
  return { decision, actions };
}
