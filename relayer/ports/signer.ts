import type { Instruction, SignedInstruction } from "../domain/desk/instruction.ts";
import type { Hex } from "../domain/hex.ts";
import type { Directive, SignedDirective } from "../domain/incident/directive.ts";

/** Signs directives, and instructions to desks, with every operator key that this process holds, under the mesh's EIP-712 domain. */
export interface DirectiveSigner {
  /** Addresses of the keys, lower case, ascending. Empty in mode observe. */
  readonly operators: readonly Hex[];

  /** One signature per key, in ascending order of address. */
  sign(directive: Directive): Promise<SignedDirective>;

  /** The same for what desks are told. */
  signInstruction(instruction: Instruction): Promise<SignedInstruction>;
}

/** A message from one node to another, as far as its seal vouches for it. */
export interface Sealed {
  /** What the message is for: a seal on one kind of message is none on another. */
  readonly purpose: "propose" | "meet" | "introduce";
  /** Operator accounts, lower case. */
  readonly from: Hex;
  readonly to: Hex;
  /** Wall time of the sender. */
  readonly sentAtMs: number;
  /** 32 bytes, drawn for this message; an introduction repeats that of the question. */
  readonly nonce: Hex;
  readonly body: string;
}

/**
 * Proves to peers who this node is, with its operator key, and them to this node with theirs. A seal is made under
 * another EIP-712 type than a directive, so neither can be shown as the other.
 */
export interface Identity {
  /** This node's operator account, lower case. */
  readonly operator: Hex;
  /** 65 bytes: r, s, v. */
  seal(message: Sealed): Hex;
  /** Whose seal that is, or null when it is none. */
  sealerOf(message: Sealed, seal: Hex): Hex | null;
  /** Whose signature over `directive` that is, or null when it is none. */
  signerOf(directive: Directive | Instruction, signature: Hex): Hex | null;
}
