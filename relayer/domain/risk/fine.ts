/*
 * The fixed points of the clearing house, as `contracts/clearing/book/Scale.sol` has them. The ledger multiplies and adds
 * in these and never divides money, so positions rebuilt here are equal to the contract's to the last bit.
 */

/** Index of a side that was never torn up. */
export const INDEX_ONE = 1n << 80n;
/** One unit of collateral in fine cash: fine size times price. */
export const UNIT_FINE = 1n << 136n;
/** Parts in one. */
export const PPM = 1_000_000n;

const PRICE_BITS = 32;
const LOT_BITS = 104;
const UNIT_BITS = 136;

export const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** Rounded towards minus infinity. `b` is positive. */
export const floorDiv = (a: bigint, b: bigint): bigint => (a % b < 0n ? a / b - 1n : a / b);

/** Units for a lot, from a price with 32 binary places. Rounded to 53 bits, the same on every machine. */
export const priceNumber = (priceX32: bigint): number => Number(priceX32) / 2 ** PRICE_BITS;

/** Lots, from fine size. */
export const lotsNumber = (sizeFine: bigint): number => Number(sizeFine) / 2 ** LOT_BITS;

/** Units, from fine cash. */
export const unitsNumber = (fine: bigint): number => Number(fine) / 2 ** UNIT_BITS;
