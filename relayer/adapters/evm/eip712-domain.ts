import type { Hex } from "../../domain/hex.ts";

/** The EIP-712 domain of a mesh. It names no chain and no contract, so one signature serves every hub and every desk. */
export function domainOf(meshId: Hex) {
  return { name: "Cordon", version: "1", salt: meshId };
}
