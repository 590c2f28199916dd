import { type SigningKey, keccak256, Transaction } from "ethers";

import type { Hex } from "../../domain/hex.ts";
import { joinSignatures, type SignedDirective } from "../../domain/incident/directive.ts";
import { lengthOfHex } from "../../domain/hex.ts";
import type { Fees } from "./fee-book.ts";
import type { Payload } from "./flights.ts";
import { submitGasLimit } from "./gas-limit.ts";
import { hubInterface } from "./hub-abi.ts";

export const ENTRY_BYTES = 33;
const TRANSFER_GAS = 21_000;

/** The call that hands `signed` to a hub. */
export function payloadOf(signed: SignedDirective, hub: Hex, isUrgent: boolean): Payload {
  const { directive, signatures } = signed;
  const data = encodeSubmit(signed);
  const gasLimit = submitGasLimit(lengthOfHex(directive.entries) / ENTRY_BYTES, signatures.length);
  return { key: data, to: hub, data, gasLimit, isUrgent };
}

/** Nothing, to oneself: what a nonce is freed with. */
export function voidPayload(address: string, nonce: number): Payload {
  return { key: `void-${nonce}`, to: address, data: "0x", gasLimit: TRANSFER_GAS, isUrgent: true };
}

/** @returns the raw transaction and its hash */
export function signCall(
  key: SigningKey,
  payload: Payload,
  fields: Fees & { readonly chainId: number; readonly nonce: number },
): { readonly raw: string; readonly txHash: Hex } {
  const { to, data, gasLimit, value = 0n } = payload;
  const tx = Transaction.from({ type: 2, to, data, gasLimit, value, ...fields });
  tx.signature = key.sign(tx.unsignedHash);
  const raw = tx.serialized;
  return { raw, txHash: keccak256(raw) as Hex };
}

/** The same call data goes to every chain that takes the same signatures. */
const encoded = new WeakMap<SignedDirective["directive"], Map<Hex, string>>();

function encodeSubmit(signed: SignedDirective): string {
  const { decision, deadline, entries } = signed.directive;
  const signatures = joinSignatures(signed);
  const known = encoded.get(signed.directive) ?? new Map<Hex, string>();
  encoded.set(signed.directive, known);
  const data =
    known.get(signatures) ?? hubInterface.encodeFunctionData("submit", [[decision, deadline, entries], signatures]);
  known.set(signatures, data);
  return data;
}
