import { type Hex, hexOfInteger } from "../../relayer/domain/hex.ts";
import type { Directive, SignedDirective } from "../../relayer/domain/incident/directive.ts";
import type { DirectiveSigner } from "../../relayer/ports/signer.ts";

/** Signs by writing the signer's address into 65 bytes. The model hub looks at addresses only. */
export class FakeSigner implements DirectiveSigner {
  readonly operators: readonly Hex[];
  readonly signed: Directive[] = [];

  constructor(operators: readonly Hex[]) {
    this.operators = operators.toSorted();
  }

  sign(directive: Directive): Promise<SignedDirective> {
    this.signed.push(directive);
    const signatures = this.operators.map((signer) => ({ signer, signature: hexOfInteger(BigInt(signer), 65) }));
    return Promise.resolve({ directive, signatures });
  }
}
