import { type Hex, hexOfInteger } from "../../relayer/domain/hex.ts";
import type { Instruction, SignedInstruction } from "../../relayer/domain/desk/instruction.ts";
import type { Directive, OperatorSignature, SignedDirective } from "../../relayer/domain/incident/directive.ts";
import type { DirectiveSigner } from "../../relayer/ports/signer.ts";

/** Signs by writing the signer's address into 65 bytes. The model hub looks at addresses only. */
export class FakeSigner implements DirectiveSigner {
  readonly operators: readonly Hex[];
  readonly signed: Directive[] = [];
  readonly instructed: Instruction[] = [];

  constructor(operators: readonly Hex[]) {
    this.operators = operators.toSorted();
  }

  sign(directive: Directive): Promise<SignedDirective> {
    this.signed.push(directive);
    return Promise.resolve({ directive, signatures: this.#signatures() });
  }

  signInstruction(instruction: Instruction): Promise<SignedInstruction> {
    this.instructed.push(instruction);
    return Promise.resolve({ instruction, signatures: this.#signatures() });
  }

  #signatures(): readonly OperatorSignature[] {
    return this.operators.map((signer) => ({ signer, signature: hexOfInteger(BigInt(signer), 65) }));
  }
}
