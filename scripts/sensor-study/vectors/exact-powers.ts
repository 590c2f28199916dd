/**
 * Logarithm and exponential to base two by another method than the contract's: bit by bit, from squares and from square
 * roots, with 256 fractional bits. Slow, and right to more places than are ever compared.
 */

const BITS = 256n;
const ONE = 1n << BITS;
const RESULT_BITS = 120n;
const DROPPED = BITS - RESULT_BITS;

/** log2(value / 2^64), 120 fractional bits, for a positive `value`. */
export function exactLog2X120(value: bigint): bigint {
  const whole = BigInt(value.toString(2).length - 1);
  let mantissa = (value << BITS) >> whole;
  let fraction = 0n;
  for (let bit = RESULT_BITS - 1n; bit >= 0n; bit--) {
    // Squaring doubles the logarithm: it is at least two when the next bit is set.
    mantissa = (mantissa * mantissa) >> BITS;
    if (mantissa >= 2n * ONE) {
      mantissa >>= 1n;
      fraction |= 1n << bit;
    }
  }
  return ((whole - 64n) << RESULT_BITS) + fraction;
}

/** 2^(exponent / 2^64), 120 fractional bits. */
export function exactExp2X120(exponentX64: bigint): bigint {
  const whole = exponentX64 >> 64n;
  const fraction = exponentX64 & ((1n << 64n) - 1n);
  let product = ONE;
  let root = 2n * ONE;
  for (let bit = 63n; bit >= 0n; bit--) {
    root = integerRoot(root << BITS);
    if ((fraction >> bit) & 1n) product = (product * root) >> BITS;
  }
  return whole >= DROPPED ? product << (whole - DROPPED) : product >> (DROPPED - whole);
}

function integerRoot(value: bigint): bigint {
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
