import { type Hex, hexOfInteger, joinHex, sliceHex } from "../hex.ts";

/** Operators' signed instruction: merge `entries`. One signature serves every chain of the mesh. */
export interface Directive {
  /** Hash of the decision that this follows from. */
  readonly decision: Hex;
  /** Unix seconds after which no hub accepts it. */
  readonly deadline: number;
  /** Entries as `packEntries` packs them. */
  readonly entries: Hex;
}

/** One operator's word for a directive. */
export interface OperatorSignature {
  /** Address, lower case. */
  readonly signer: Hex;
  /** 65 bytes: r, s, v. */
  readonly signature: Hex;
}

export interface SignedDirective {
  readonly directive: Directive;
  /** In ascending order of signers, as hubs demand. */
  readonly signatures: readonly OperatorSignature[];
}

/** Of a word, whose topmost bit the `s` of a signature that anybody accepts never sets. */
const TOP_BIT = 1n << 255n;

/** The signatures as `IncidentHub.submit` takes them: 64 bytes each, one after the other. */
export function joinSignatures(signed: SignedDirective): Hex {
  return joinHex(signed.signatures.map(({ signature }) => compactSignature(signature)));
}

/** `signature`, of 65 bytes, as ERC-2098 shortens it: what `v` says is the topmost bit of `s`. */
function compactSignature(signature: Hex): Hex {
  const isOdd = sliceHex(signature, 64) === "0x1c";
  const s = BigInt(sliceHex(signature, 32, 64));
  return joinHex([sliceHex(signature, 0, 32), hexOfInteger(isOdd ? s | TOP_BIT : s, 32)]);
}

/**
 * `signed` with no more signatures than a hub needs, and none that it would revert on: those of its `operators`, at
 * most `quorum` of them. A hub refuses the whole directive for one foreign signature.
 */
export function tailorSignatures(
  signed: SignedDirective,
  hub: { readonly operators: readonly Hex[]; readonly quorum: number },
): SignedDirective {
  return { directive: signed.directive, signatures: tailorTo(signed.signatures, hub) };
}

/** The signatures of `operators` among `signatures`, at most `quorum` of them. */
export function tailorTo(
  signatures: readonly OperatorSignature[],
  { operators, quorum }: { readonly operators: readonly Hex[]; readonly quorum: number },
): readonly OperatorSignature[] {
  return signatures.filter(({ signer }) => operators.includes(signer)).slice(0, quorum);
}
