import { computeAddress, SigningKey, TypedDataEncoder } from "ethers";

import type { Hex } from "../../domain/hex.ts";
import type { Directive, OperatorSignature, SignedDirective } from "../../domain/incident/directive.ts";
import type { DirectiveSigner } from "../../ports/signer.ts";
import { instructionDigest } from "./desk/instruction-digest.ts";
import { domainOf } from "./eip712-domain.ts";

const DIRECTIVE_TYPES = {
  Directive: [
    { name: "decision", type: "bytes32" },
    { name: "deadline", type: "uint64" },
    { name: "entries", type: "bytes" },
  ],
};

const WARM_UP_ROUNDS = 16;

/** What operators sign: `IncidentHub.directiveDigest`. */
export function directiveDigest(meshId: Hex, { decision, deadline, entries }: Directive): Hex {
  return TypedDataEncoder.hash(domainOf(meshId), DIRECTIVE_TYPES, { decision, deadline, entries }) as Hex;
}

/** Signs with the operator keys that this process holds. */
export function createDirectiveSigner(meshId: Hex, keys: readonly string[]): DirectiveSigner {
  const operators = keys
    .map((key) => new SigningKey(key))
    .map((key) => ({ key, address: computeAddress(key).toLowerCase() as Hex }))
    .sort((a, b) => (a.address < b.address ? -1 : 1));

  const signAll = (digest: Hex): readonly OperatorSignature[] =>
    operators.map(({ key, address }) => ({ signer: address, signature: key.sign(digest).serialized as Hex }));
  const sign = (directive: Directive): SignedDirective => {
    return { directive, signatures: signAll(directiveDigest(meshId, directive)) };
  };

  // Cold code takes ten times as long: not when a halt waits. The deadline is long past, so nothing here can be used.
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) sign({ decision: meshId, deadline: 0, entries: "0x" });
  return {
    operators: operators.map(({ address }) => address),
    sign: (directive) => Promise.resolve(sign(directive)),
    signInstruction: (instruction) =>
      Promise.resolve({ instruction, signatures: signAll(instructionDigest(meshId, instruction)) }),
  };
}
