/**
 * How long an assertion of each rung stays in force, in seconds, laid out lane for lane as a word. Mirrors
 * `contracts/types/Leases.sol`; `test/vectors/leases.json` binds the two.
 */
export type Leases = bigint & { readonly __brand: "Leases" };

/** No lease is shorter than what a lone operator may cause, or a provisional stamp would lie in the future. */
export const LEASE_MIN_SECONDS = 10 * 60;
export const LEASE_MAX_SECONDS = 7 * 24 * 60 * 60;

const LANE_BITS = 32n;
const TOP_SHIFT = 224n;
const LANE_MASK = 0xffff_ffffn;
/** Lanes of the mildest rung of each axis: nothing below them to compare with. */
const LOWEST_LANES: readonly number[] = [1, 4];

export interface LeaseSeconds {
  readonly caution: number;
  readonly reduceOnly: number;
  readonly halted: number;
  readonly m1: number;
  readonly m2: number;
  readonly m3: number;
  readonly m4: number;
}

export interface LeaseFault {
  /** 0 (voidBefore) to 7 (m4). */
  readonly lane: number;
  readonly leaseSeconds: number;
}

export const leases = (value: bigint): Leases => value as Leases;

/** Packs one lease a rung. Whether they make sense is {@link findLeaseFault}'s business. */
export function packLeases(of: LeaseSeconds): Leases {
  const lanes = [0, of.caution, of.reduceOnly, of.halted, of.m1, of.m2, of.m3, of.m4];
  return lanes.reduce((bits, seconds) => (bits << LANE_BITS) | (BigInt(seconds) & LANE_MASK), 0n) as Leases;
}

/** Lease of lane `index`, in seconds. */
export function leaseSecondsOf(of: Leases, index: number): number {
  return Number((of >> (TOP_SHIFT - BigInt(index) * LANE_BITS)) & LANE_MASK);
}

/** The first lane whose lease is out of bounds or longer than that of the rung below it, or null when all are fine. */
export function findLeaseFault(of: Leases): LeaseFault | null {
  if (leaseSecondsOf(of, 0) !== 0) return { lane: 0, leaseSeconds: leaseSecondsOf(of, 0) };
  for (let lane = 1; lane < 8; lane++) {
    const leaseSeconds = leaseSecondsOf(of, lane);
    const isLonger = !LOWEST_LANES.includes(lane) && leaseSeconds > leaseSecondsOf(of, lane - 1);
    if (leaseSeconds < LEASE_MIN_SECONDS || leaseSeconds > LEASE_MAX_SECONDS || isLonger) return { lane, leaseSeconds };
  }
  return null;
}
