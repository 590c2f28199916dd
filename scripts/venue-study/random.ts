/** Numbers from 0 up to 1, the same for the same seed (Marsaglia's xorshift, 32 bits). */
export type Random = () => number;

const GOLDEN = 0x9e37_79b9;
const RANGE = 0x1_0000_0000;

export function createRandom(seed: number): Random {
  // Zero would stay zero.
  let state = (seed ^ GOLDEN) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / RANGE;
  };
}
