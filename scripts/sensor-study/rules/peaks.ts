import { highestBit } from "./powers-of-two.ts";

const MANTISSA_BITS = 25n;
const MANTISSA_MASK = (1n << MANTISSA_BITS) - 1n;
const LANE_BITS = 32n;
const LANE_MASK = (1n << LANE_BITS) - 1n;
const TIME_BITS = 32n;
const WORD_MASK = (1n << 256n) - 1n;

/** `price` in 32 bits, rounded down, as `contracts/libraries/fixed-point/CompactPrice.sol` packs it. */
export function compactPrice(price: bigint): bigint {
  if (price <= MANTISSA_MASK) return price;
  const exponent = BigInt(highestBit(price)) + 1n - MANTISSA_BITS;
  return (exponent << MANTISSA_BITS) | (price >> exponent);
}

export function expandPrice(packed: bigint): bigint {
  return (packed & MANTISSA_MASK) << (packed >> MANTISSA_BITS);
}

/** Highest price of each of the last seven buckets, packed as `contracts/sensors/drawdown/Peaks.sol` packs it. */
export type Peaks = bigint;

export function peaksTime(peaks: Peaks): bigint {
  return peaks & LANE_MASK;
}

/** `peaks` moved on to `time`, no earlier than its own. */
export function movePeaks(peaks: Peaks, time: bigint, bucketSeconds: bigint): Peaks {
  const passed = time / bucketSeconds - peaksTime(peaks) / bucketSeconds;
  // Seven buckets or more leave nothing; a shift by that many bits would only be slow.
  const lanes = passed > 7n ? 0n : ((peaks >> TIME_BITS) << (TIME_BITS + passed * LANE_BITS)) & WORD_MASK;
  return lanes | time;
}

export function raisePeaks(peaks: Peaks, price: bigint): Peaks {
  const newest = (peaks >> TIME_BITS) & LANE_MASK;
  return price <= newest ? peaks : peaks ^ ((newest ^ price) << TIME_BITS);
}

/** Whether two say the same: equal prices in equal buckets. */
export function matchPeaks(a: Peaks, b: Peaks, bucketSeconds: bigint): boolean {
  const isSameBucket = peaksTime(a) / bucketSeconds === peaksTime(b) / bucketSeconds;
  return isSameBucket && a >> TIME_BITS === b >> TIME_BITS;
}

export function highestPeak(peaks: Peaks): bigint {
  let most = 0n;
  for (let lanes = peaks >> TIME_BITS; lanes !== 0n; lanes >>= LANE_BITS) {
    const lane = lanes & LANE_MASK;
    if (lane > most) most = lane;
  }
  return most;
}
