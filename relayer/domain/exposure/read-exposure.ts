import { MARKETS } from "../incident/posture.ts";
import { SLOTS_PER_CHAIN } from "./deltas.ts";
import type { Exposure } from "./exposure.ts";
import { LOT_FINE } from "../venue/fine.ts";

/** Open interest in fine size: 2^-104 of a lot. Exact. */
export interface OpenInterest {
  readonly longFine: bigint;
  readonly shortFine: bigint;
  /** Long less short. Zero but for the venue's dust, while every event was seen. */
  readonly netFine: bigint;
}

/** Of one market on one chain. */
export function interestAt(exposure: Exposure, at: { chain: number; market: number }): OpenInterest {
  const first = at.chain * SLOTS_PER_CHAIN + at.market * 2;
  return interestOf(
    [exposure.cells, first],
    restsOf(exposure, (slot) => slot >> 1 === first >> 1),
  );
}

/** Of all markets of one chain. Lots of different markets are different things: for self-checks, not for risk. */
export function interestOfChain(exposure: Exposure, chain: number): OpenInterest {
  return interestOf(
    [exposure.byChain, chain * 2],
    restsOf(exposure, (slot) => Math.floor(slot / SLOTS_PER_CHAIN) === chain),
  );
}

/** Of one market on all chains. */
export function interestOfMarket(exposure: Exposure, market: number): OpenInterest {
  return interestOf(
    [exposure.byMarket, market * 2],
    restsOf(exposure, (slot) => (slot >> 1) % MARKETS === market),
  );
}

/** Of everything. Lots of different markets are different things: for self-checks, not for risk. */
export function interestOfMesh(exposure: Exposure): OpenInterest {
  return interestOf(
    [exposure.mesh, 0],
    restsOf(exposure, () => true),
  );
}

function interestOf([lots, first]: readonly [BigInt64Array, number], rests: readonly [bigint, bigint]): OpenInterest {
  const longFine = (lots[first] ?? 0n) * LOT_FINE + rests[0];
  const shortFine = (lots[first + 1] ?? 0n) * LOT_FINE + rests[1];
  return { longFine, shortFine, netFine: longFine - shortFine };
}

function restsOf({ rests }: Exposure, isIn: (slot: number) => boolean): readonly [bigint, bigint] {
  let [long, short] = [0n, 0n];
  for (const [slot, fine] of rests) {
    if (!isIn(slot)) continue;
    if (slot % 2 === 0) long += fine;
    else short += fine;
  }
  return [long, short];
}
