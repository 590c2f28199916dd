import { type Rungs, joinRungs } from "./rungs.ts";

/**
 * What is in force now, for all markets, in one slot: market m is the byte at bits 8m to 8m + 7, a {@link Rungs} with
 * bit 7 set once the market is registered. Mirrors `contracts/types/Posture.sol`; `test/vectors/posture.json` binds
 * the two.
 */
export type Posture = bigint & { readonly __brand: "Posture" };

/** Markets are 0 (the whole protocol) to 31. */
export const MARKETS = 32;

const REGISTERED_BIT = 0x80n;
const RUNGS_MASK = 0x37n;

export const posture = (value: bigint): Posture => value as Posture;

/** Whether `market` exists there. */
export function isRegistered(of: Posture, market: number): boolean {
  return ((of >> shiftOf(market)) & REGISTERED_BIT) !== 0n;
}

/** Rungs of `market` alone. */
export function ownRungs(of: Posture, market: number): Rungs {
  return Number((of >> shiftOf(market)) & RUNGS_MASK) as Rungs;
}

/** Rungs in force for `market`: its own joined with the protocol-wide ones. */
export function rungsAt(of: Posture, market: number): Rungs {
  return joinRungs(ownRungs(of, market), ownRungs(of, 0));
}

/** `of` with `market` registered. */
export function withRegistered(of: Posture, market: number): Posture {
  return slot(of | (REGISTERED_BIT << shiftOf(market)));
}

/** `of` with the rungs of `market` replaced. Its registration is kept. */
export function withRungs(of: Posture, market: number, rungs: Rungs): Posture {
  return slot((of & ~(RUNGS_MASK << shiftOf(market))) | (BigInt(rungs) << shiftOf(market)));
}

/** `of` with `market` at least as tight as `rungs`. Never loosens. */
export function tightenPosture(of: Posture, market: number, rungs: Rungs): Posture {
  return withRungs(of, market, joinRungs(ownRungs(of, market), rungs));
}

function shiftOf(market: number): bigint {
  return BigInt(market) * 8n;
}

/** A slot has 256 bits: what a market past the last one would write falls off, as it does on chain. */
function slot(bits: bigint): Posture {
  return BigInt.asUintN(256, bits) as Posture;
}
