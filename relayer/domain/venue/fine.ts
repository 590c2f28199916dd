/*
 * The fixed points of the clearing house, as `contracts/clearing/book/Scale.sol` has them. The ledger multiplies and adds
 * in these and never divides money, so positions rebuilt here are equal to the contract's to the last bit.
 */

const PRICE_BITS = 32;
/** Fine size of a lot is two to this. */
export const LOT_BITS = 104;
const UNIT_BITS = 136;
const QUANTUM_BITS = 72n;
const SHARE_BITS = 24n;

/** Index of a side that was never torn up. */
export const INDEX_ONE = 1n << 80n;
/** Fine size of a lot. */
export const LOT_FINE = 1n << BigInt(LOT_BITS);
/** One unit of collateral in fine cash: fine size times price. */
export const UNIT_FINE = 1n << BigInt(UNIT_BITS);
/** Fine cash in a quantum, in which claims on a market that is wound down are counted. */
export const QUANTUM_FINE = 1n << QUANTUM_BITS;
/** Parts in one. */
export const PPM = 1_000_000n;

/**
 * A signed size: whole lots, rounded down, and what is beyond them in fine size. Nearly every size is whole lots, and
 * then it is a small number and a zero.
 */
export interface Size {
  readonly lots: number;
  readonly restFine: bigint;
}

export const sizeOfFine = (fine: bigint): Size => ({
  lots: Number(fine >> BigInt(LOT_BITS)),
  restFine: BigInt.asUintN(LOT_BITS, fine),
});

export const fineOfSize = ({ lots, restFine }: Size): bigint => (BigInt(lots) << BigInt(LOT_BITS)) + restFine;

/** Shares of whole lots while the index is one. */
export const sharesOfLots = (lots: number): bigint => BigInt(lots) << SHARE_BITS;

/** Units in fine cash. Multiplying big integers is most of what a trade costs, and by a power of two it is a shift. */
export const fineOfUnits = (units: bigint): bigint => units << BigInt(UNIT_BITS);

/** Whole quanta in fine cash that is not negative. */
export const quantaOf = (fine: bigint): bigint => fine >> QUANTUM_BITS;

export const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** Rounded towards minus infinity. `b` is positive. */
export const floorDiv = (a: bigint, b: bigint): bigint => (a % b < 0n ? a / b - 1n : a / b);

/** Units for a lot, from a price with 32 binary places. Rounded to 53 bits, the same on every machine. */
export const priceNumber = (priceX32: bigint): number => Number(priceX32) / 2 ** PRICE_BITS;

/** Lots, from fine size. */
export const lotsNumber = (sizeFine: bigint): number => Number(sizeFine) / 2 ** LOT_BITS;

/** Units, from fine cash. */
export const unitsNumber = (fine: bigint): number => Number(fine) / 2 ** UNIT_BITS;
