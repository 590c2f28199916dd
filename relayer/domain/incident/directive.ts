import { type Hex, joinHex } from "../hex.ts";

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

/** The signatures as `IncidentHub.submit` takes them: 65 bytes each, one after the other. */
export function joinSignatures(signed: SignedDirective): Hex {
  return joinHex(signed.signatures.map(({ signature }) => signature));
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
