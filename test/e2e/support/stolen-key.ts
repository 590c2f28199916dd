import { type TransactionReceipt, type Wallet, concat, id, toBeHex } from "ethers";

import { type Word, stampRungs } from "../../../relayer/domain/incident/word.ts";
import type { Rungs } from "../../../relayer/domain/incident/rungs.ts";
import type { TestHub } from "../../localnet/support/hubs.ts";
import { DIRECTIVE_TYPES } from "../../support/directive-types.ts";

const DEADLINE_SECONDS = 600;
const WORD_BYTES = 32;

export interface Forgery {
  readonly meshId: string;
  /** Who signs, in the order in which the signatures are strung together. */
  readonly signers: readonly Pick<Wallet, "signTypedData">[];
  readonly market: number;
  readonly rungs: number;
}

/** What somebody with other people's keys would send: a directive that follows from nothing, stamped now. */
export async function submitForgery(at: TestHub, forgery: Forgery): Promise<TransactionReceipt> {
  const { meshId, signers, market, rungs } = forgery;
  const now = await at.chain.now();
  const asserted: Word = stampRungs(rungs as Rungs, now);
  const entries = concat([toBeHex(market, 1), toBeHex(asserted, WORD_BYTES)]);
  const directive = { decision: id("nobody decided this"), deadline: now + DEADLINE_SECONDS, entries };
  const domain = { name: "Cordon", version: "1", salt: meshId };
  const signatures = await Promise.all(
    signers.map((signer) => signer.signTypedData(domain, DIRECTIVE_TYPES, directive)),
  );
  const sent = await at.hub.getFunction("submit").send(directive, concat(signatures));
  const receipt = await sent.wait();
  if (!receipt) throw new RangeError("a transaction was replaced");
  return receipt;
}
