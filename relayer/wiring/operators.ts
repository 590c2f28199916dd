import { createDirectiveSigner } from "../adapters/evm/directive-signer.ts";
import type { Config } from "../config.ts";
import { INSTRUCTION_KINDS, type InstructionKind } from "../domain/desk/instruction.ts";
import type { Hex } from "../domain/hex.ts";
import { RelayerError } from "../errors.ts";
import type { DirectiveSigner } from "../ports/signer.ts";

/** This node's own operator keys. A shadow decides in the name of others and never signs. */
export function buildSigner({ meshId, mode, operatorKeys, shadowOperators }: Config): DirectiveSigner {
  if (mode !== "shadow") {
    return createDirectiveSigner(
      meshId,
      operatorKeys.map((key) => key.reveal()),
    );
  }
  const refuse = () => Promise.reject(new RelayerError("WALLET_MISSING", "a shadow signs nothing"));
  return { operators: [...shadowOperators].sort(), sign: refuse, signInstruction: refuse };
}

/** Operator accounts that this node plans with: its own, and its peers'. */
export function accountsOf({ quorum }: Config, { operators }: DirectiveSigner): readonly Hex[] {
  return [...operators, ...(quorum?.peers ?? []).map(({ operator }) => operator)].sort();
}

/** What this node has desks told: in mode tighten-only nothing that takes insurance from anybody. */
export function instructsOf({ mode }: Pick<Config, "mode">): readonly InstructionKind[] {
  if (mode !== "full" && mode !== "tighten-only") return [];
  return INSTRUCTION_KINDS.filter((kind) => mode === "full" || kind !== "insurance-move");
}
