import { TypedDataEncoder } from "ethers";

import type { Hex } from "../../domain/hex.ts";

/** The EIP-712 domain of a mesh. It names no chain and no contract, so one signature serves every hub and every desk. */
export function domainOf(meshId: Hex) {
  return { name: "Cordon", version: "1", salt: meshId };
}

let last: { readonly meshId: Hex; readonly separator: Hex } | null = null;

/** Hash of {@link domainOf}. A process serves one mesh. */
export function domainSeparator(meshId: Hex): Hex {
  if (last?.meshId !== meshId) last = { meshId, separator: TypedDataEncoder.hashDomain(domainOf(meshId)) as Hex };
  return last.separator;
}
