import { SIDES } from "./deltas.ts";
import { createExposure, type Exposure } from "./exposure.ts";

/** A sum that is not the sum of its cells. */
export interface SumFault {
  readonly of: "chain" | "market" | "mesh";
  /** Which chain or market; 0 for the mesh. */
  readonly at: number;
  readonly side: (typeof SIDES)[number];
  readonly kept: bigint;
  readonly recomputed: bigint;
}

/**
 * Sums everything anew from the cells and compares: microseconds, so it can run at every turn. Null when all agree.
 * Disagreement means a bug or broken memory, never a chain's fault.
 */
export function findSumFault(exposure: Exposure): SumFault | null {
  const { byChain, byMarket, mesh } = recompute(exposure);
  return (
    compare("chain", exposure.byChain, byChain) ??
    compare("market", exposure.byMarket, byMarket) ??
    compare("mesh", exposure.mesh, mesh)
  );
}

/** Makes every sum what its cells sum to. */
export function sumAnew(exposure: Exposure): void {
  const { byChain, byMarket, mesh } = recompute(exposure);
  exposure.byChain.set(byChain);
  exposure.byMarket.set(byMarket);
  exposure.mesh.set(mesh);
}

/** The sums of `cells`, from nothing. */
export function recompute({ chains, cells }: Exposure): Pick<Exposure, "byChain" | "byMarket" | "mesh"> {
  const { byChain, byMarket, mesh } = createExposure(chains);
  for (let slot = 0; slot < cells.length; slot += 1) {
    const lots = cells[slot] as bigint;
    const chain = ((slot >> 6) << 1) | (slot & 1);
    byChain[chain] = (byChain[chain] as bigint) + lots;
    byMarket[slot & 63] = (byMarket[slot & 63] as bigint) + lots;
    mesh[slot & 1] = (mesh[slot & 1] as bigint) + lots;
  }
  return { byChain, byMarket, mesh };
}

function compare(of: SumFault["of"], kept: BigInt64Array, recomputed: BigInt64Array): SumFault | null {
  const index = kept.findIndex((lots, at) => lots !== recomputed[at]);
  if (index < 0) return null;
  return {
    of,
    at: Math.floor(index / SIDES.length),
    side: SIDES[index % SIDES.length] ?? "long",
    kept: kept[index] ?? 0n,
    recomputed: recomputed[index] ?? 0n,
  };
}
