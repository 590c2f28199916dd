/** What the volatility sensor remembers of a market, as `contracts/sensors/volatility/Variances.sol` packs it. */
export interface Variances {
  readonly fastX64: bigint;
  readonly middleX64: bigint;
  readonly slowX64: bigint;
  readonly logPriceX64: bigint;
  readonly publishTime: bigint;
  readonly marginE6: bigint;
}

const VARIANCE_BITS = 50n;
const VARIANCE_DROPPED = 18n;
const VARIANCE_MASK = (1n << VARIANCE_BITS) - 1n;
const LOG_BITS = 50n;
const LOG_DROPPED = 21n;
const LOG_MASK = (1n << LOG_BITS) - 1n;
const LEAST_LOG_X64 = -64n << 64n;
const TIME_BITS = 32n;
const TIME_MASK = (1n << TIME_BITS) - 1n;
const MARGIN_BITS = 24n;

export const MIN_VARIANCE_X64 = 1n << VARIANCE_DROPPED;
export const MAX_VARIANCE_X64 = VARIANCE_MASK << VARIANCE_DROPPED;
export const MAX_MARGIN_E6 = (1n << MARGIN_BITS) - 1n;

export function packVariances(variances: Variances): bigint {
  let bits = roundVariance(variances.fastX64);
  bits = (bits << VARIANCE_BITS) | roundVariance(variances.middleX64);
  bits = (bits << VARIANCE_BITS) | roundVariance(variances.slowX64);
  const height = variances.logPriceX64 - LEAST_LOG_X64;
  bits = (bits << LOG_BITS) | ((height + (1n << (LOG_DROPPED - 1n))) >> LOG_DROPPED);
  bits = (bits << TIME_BITS) | variances.publishTime;
  return (bits << MARGIN_BITS) | variances.marginE6;
}

export function unpackVariances(packed: bigint): Variances {
  const marginE6 = packed & MAX_MARGIN_E6;
  let bits = packed >> MARGIN_BITS;
  const publishTime = bits & TIME_MASK;
  bits >>= TIME_BITS;
  const logPriceX64 = ((bits & LOG_MASK) << LOG_DROPPED) + LEAST_LOG_X64;
  bits >>= LOG_BITS;
  const slowX64 = (bits & VARIANCE_MASK) << VARIANCE_DROPPED;
  bits >>= VARIANCE_BITS;
  const middleX64 = (bits & VARIANCE_MASK) << VARIANCE_DROPPED;
  const fastX64 = (bits >> VARIANCE_BITS) << VARIANCE_DROPPED;
  return { fastX64, middleX64, slowX64, logPriceX64, publishTime, marginE6 };
}

function roundVariance(varianceX64: bigint): bigint {
  const units = (varianceX64 + (1n << (VARIANCE_DROPPED - 1n))) >> VARIANCE_DROPPED;
  if (units === 0n) return 1n;
  return units > VARIANCE_MASK ? VARIANCE_MASK : units;
}
