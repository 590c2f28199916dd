import type { Hex } from "../../domain/hex.ts";
import type { Directive, OperatorSignature, SignedDirective } from "../../domain/incident/directive.ts";
import type { DirectiveSigner } from "../../ports/signer.ts";
import { createAccountKey } from "./account-key.ts";
import { instructionDigest } from "./desk/instruction-digest.ts";
import { domainSeparator } from "./eip712-domain.ts";
import { keccak, keccakHasher } from "./hasher.ts";

const DIRECTIVE_TYPE = keccakHasher.keccakUtf8("Directive(bytes32 decision,uint64 deadline,bytes entries)");
const WORD_DIGITS = 64;

const WARM_UP_ROUNDS = 16;

/**
 * What operators sign: `IncidentHub.directiveDigest`. By hand: ethers' encoder takes longer than both signatures of a
 * small quorum, and a property test holds the digest against it.
 */
export function directiveDigest(meshId: Hex, { decision, deadline, entries }: Directive): Hex {
  const struct = keccakOf(DIRECTIVE_TYPE, decision, uintWord(deadline), keccakOf(entries));
  return keccakOf("0x1901", domainSeparator(meshId), struct);
}

function keccakOf(...parts: readonly Hex[]): Hex {
  return keccak(Buffer.from(parts.map((part) => part.slice(2)).join(""), "hex"));
}

function uintWord(value: number): Hex {
  return `0x${value.toString(16).padStart(WORD_DIGITS, "0")}`;
}

/** Signs with the operator keys that this process holds. */
export function createDirectiveSigner(meshId: Hex, keys: readonly string[]): DirectiveSigner {
  const operators = keys.map((key) => createAccountKey(key)).sort((a, b) => (a.address < b.address ? -1 : 1));

  const signAll = (digest: Hex): readonly OperatorSignature[] =>
    operators.map((key) => ({ signer: key.address, signature: key.sign(digest).serialized }));
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
