import { addressOf } from "../network-record.ts";
import { readerAt, readerOf } from "../plan/contract-reader.ts";
import { type FactContext, type Step, write } from "../plan/fact.ts";
import { ownedContracts } from "../plan/owner-facts.ts";
import { ENDPOINT_ABI } from "./layerzero-abi.ts";

/** Whether an account may still set up what it has deployed. After the hand-over it may not. */
export interface Authority {
  maySend(step: Step): boolean;
}

export async function createAuthority(context: FactContext, account: string): Promise<Authority> {
  const { own } = context;
  const governors = ownedContracts(context).map(async (name): Promise<[string, string]> => {
    const contract = readerOf(context, name);
    return [write(contract.address), write(await contract.ask("owner"))];
  });
  const endpoint = readerAt(context, own.endpoint, ENDPOINT_ABI);
  const delegate = write(await endpoint.ask("delegates", addressOf(own, "IncidentHub")));
  const byContract = new Map([...(await Promise.all(governors)), [write(own.endpoint), delegate] as const]);
  return {
    // Coin may be sent by anybody.
    maySend: (step) => step.kind === "fund" || (byContract.get(write(step.to)) ?? write(account)) === write(account),
  };
}
