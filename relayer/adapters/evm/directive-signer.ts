import { TypedDataEncoder } from "ethers";

import type { Hex } from "../../domain/hex.ts";
import type { Directive, SignedDirective } from "../../domain/incident/directive.ts";
import type { DirectiveSigner } from "../../ports/signer.ts";
import { createAccountKey } from "./account-key.ts";

const DIRECTIVE_TYPES = {
  Directive: [
    { name: "decision", type: "bytes32" },
    { name: "deadline", type: "uint64" },
    { name: "entries", type: "bytes" },
  ],
};

const WARM_UP_ROUNDS = 16;

/** The EIP-712 domain of a mesh. It names no chain and no contract, so one signature serves every hub. */
export function domainOf(meshId: Hex) {
  return { name: "Cordon", version: "1", salt: meshId };
}

/** What operators sign: `IncidentHub.directiveDigest`. */
export function directiveDigest(meshId: Hex, { decision, deadline, entries }: Directive): Hex {
  return TypedDataEncoder.hash(domainOf(meshId), DIRECTIVE_TYPES, { decision, deadline, entries }) as Hex;
}

/** Signs with the operator keys that this process holds. */
export function createDirectiveSigner(meshId: Hex, keys: readonly string[]): DirectiveSigner {
  const operators = keys.map((key) => createAccountKey(key)).sort((a, b) => (a.address < b.address ? -1 : 1));

  function sign(directive: Directive): SignedDirective {
    const digest = directiveDigest(meshId, directive);
    const signatures = operators.map((key) => ({ signer: key.address, signature: key.sign(digest).serialized }));
    return { directive, signatures };
  }

  // Cold code takes ten times as long: not when a halt waits. The deadline is long past, so nothing here can be used.
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) sign({ decision: meshId, deadline: 0, entries: "0x" });
  return { operators: operators.map(({ address }) => address), sign: (directive) => Promise.resolve(sign(directive)) };
}
