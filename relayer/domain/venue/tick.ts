const MANTISSA_BITS = 6n;
const OCTAVES = 8n;
const LAST_TICK = 511n;

/** Tick of `price`, as `contracts/clearing/book/Ticks.sol` has it: its octave above the first, and the next six bits. */
export function tickOf(price: bigint, firstOctave: number): bigint {
  if (price <= 0n) return 0n;
  const octave = BigInt(price.toString(2).length - 1);
  const above = octave - BigInt(firstOctave);
  if (above < 0n) return 0n;
  if (above >= OCTAVES) return LAST_TICK;
  const mantissa = octave >= MANTISSA_BITS ? price >> (octave - MANTISSA_BITS) : price << (MANTISSA_BITS - octave);
  return (above << MANTISSA_BITS) | (mantissa ^ (1n << MANTISSA_BITS));
}

/** Whether a holding that came in at `entry` is counted among the winners at `mark`: its tick lies wholly beyond. */
export function isWinner(entry: bigint, isLong: boolean, at: { mark: bigint; firstOctave: number }): boolean {
  const own = tickOf(entry, at.firstOctave);
  const there = tickOf(at.mark, at.firstOctave);
  return isLong ? own < there : own > there;
}
