import type { Hex } from "../domain/hex.ts";
import type { Directive, SignedDirective } from "../domain/incident/directive.ts";

/** Signs directives with every operator key that this process holds, under the mesh's EIP-712 domain. */
export interface DirectiveSigner {
  /** Addresses of the keys, lower case, ascending. Empty in mode observe. */
  readonly operators: readonly Hex[];

  /** One signature per key, in ascending order of address. */
  sign(directive: Directive): Promise<SignedDirective>;
}
