import { concat, Interface, keccak256, TypedDataEncoder, type HDNodeWallet } from "ethers";

import type { NetworkParameters } from "../../../deployments/network-parameters.ts";
import { operatorWallet } from "../../../localnet/chains/accounts.ts";
import { packLeases } from "../../../relayer/domain/incident/leases.ts";
import { packEntries } from "../../../relayer/domain/incident/payload.ts";
import { provisionalStamp, singleLane } from "../../../relayer/domain/incident/word.ts";
import { DIRECTIVE_TYPES } from "../../support/directive-types.ts";
import { OPERATORS } from "./bench-relayer.ts";
import type { Step } from "./ladder.ts";

export const SUBMIT_ABI = [
  "function submit(tuple(bytes32 decision, uint64 deadline, bytes entries), bytes signatures)",
];
export const DIRECTIVE_SECONDS = 600;

const submitInterface = new Interface(SUBMIT_ABI);

export function domainOf({ meshId }: NetworkParameters) {
  return { name: "Cordon", version: "1", salt: meshId };
}

/** The operators whose keys the relayer holds, ascending by address, as a hub wants their signatures. */
export function quorumOf(): readonly HDNodeWallet[] {
  return OPERATORS.map(operatorWallet).sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
}

/** Who signs, and for which mesh. */
export interface Signing {
  readonly parameters: NetworkParameters;
  readonly quorum: readonly HDNodeWallet[];
}

/** The directive that raises `step`, stamped as unfinalised evidence is, signed by a quorum: call data for a hub. */
export function encodeSubmit({ market, lane }: Step, { parameters, quorum }: Signing): string {
  const now = Math.floor(Date.now() / 1_000);
  const stamp = provisionalStamp(lane, now, packLeases(parameters.leases));
  const entries = packEntries([{ market, word: singleLane(lane, stamp) }]);
  const directive = { decision: keccak256(entries), deadline: now + DIRECTIVE_SECONDS, entries };
  const digest = TypedDataEncoder.hash(domainOf(parameters), DIRECTIVE_TYPES, directive);
  const signatures = quorum.map(({ signingKey }) => signingKey.sign(digest).serialized);
  return submitInterface.encodeFunctionData("submit", [directive, concat(signatures)]);
}
