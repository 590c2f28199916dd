/**
 * Logarithm and exponential to base two with 64 fractional bits, integer by integer as
 * `contracts/libraries/fixed-point/PowersOfTwo.sol` has them. Error bounds and derivation stand there.
 */

export const ONE_X64 = 1n << 64n;
const MAX_EXPONENT_X64 = 128n << 64n;
const MIN_EXPONENT_X64 = -64n << 64n;
const HALF_X64 = 1n << 63n;
const ONE_X127 = 1n << 127n;
const SQRT_TWO_X127 = 0xb504f333f9de6484597d89b3754abe9fn;

/** 2 / ln 2 / (2k + 1) with 96 fractional bits, the last term first. */
const AREA_X96 = [
  0x2b735936e87e1a86872f0ec8n,
  0x313e762d299ffbedcc688838n,
  0x38d1ead1a62ec039c4789d2cn,
  0x4326a1265008b4a15c8e8b35n,
  0x5212c4f5f00aa3e1aa038db2n,
  0x6985d8a9eb7b64fd91724877n,
  0x93bb62877cdff3c9653998a7n,
  0xf6384ee1d01feba4fe0aa916n,
  0x2e2a8eca5705fc2eefa1ffb42n,
] as const;

/** (ln 2)^k / k! with 96 fractional bits, the last term first. */
const POWER_X96 = [
  0x1c3bd650fc2985e3n,
  0x1e8cac7351bb24c0fn,
  0x1e4cf5158b8ec9f6fen,
  0x1b5253d395e7c3da4a7n,
  0x162c0223a5c823fd8ffen,
  0xffe5fe2c458634358a8en,
  0xa184897c363c3b7a58545n,
  0x5761ff9e299cc441c5fda7n,
  0x276556df749cee539977c17n,
  0xe35846b82505fc599d3b15en,
  0x3d7f7bff058b1d50de2d60den,
  0xb17217f7d1cf79abc9e3b398n,
  0x1000000000000000000000000n,
] as const;

/** log2(value / 2^64) for a positive `value`. */
export function log2X64(value: bigint): bigint {
  let bit = highestBit(value);
  let mantissa = (value << BigInt(255 - bit)) >> 128n;
  if (mantissa > SQRT_TWO_X127) {
    mantissa >>= 1n;
    bit += 1;
  }
  const zX96 = ((mantissa - ONE_X127) << 96n) / (mantissa + ONE_X127);
  const squareX96 = (zX96 * zX96) >> 96n;
  const area = AREA_X96.reduce((sum, term) => term + ((sum * squareX96) >> 96n), 0n);
  return (BigInt(bit - 64) << 64n) + ((zX96 * area) >> 128n);
}

/** 2^(exponent / 2^64), saturating at both ends. */
export function exp2X64(exponent: bigint): bigint {
  if (exponent < MIN_EXPONENT_X64) return 0n;
  const held = exponent >= MAX_EXPONENT_X64 ? MAX_EXPONENT_X64 - 1n : exponent;
  const whole = (held + HALF_X64) >> 64n;
  const fraction = held - (whole << 64n);
  const power = POWER_X96.reduce((sum, term) => term + ((sum * fraction) >> 64n), 0n);
  return whole > 32n ? power << (whole - 32n) : power >> (32n - whole);
}

/** Integer square root, rounded down. */
export function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((highestBit(value) >> 1) + 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Position of the highest bit of a positive `value`. */
export function highestBit(value: bigint): number {
  return value.toString(2).length - 1;
}
